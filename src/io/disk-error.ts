import { DaybookError } from "../model/errors.js";
import type { ErrorCode } from "../model/errors.js";

/** What an errno means for the archive; every other one is DISK_FAILED. */
const CODE_OF_ERRNO: ReadonlyMap<string, ErrorCode> = new Map([
  ["ENOSPC", "DISK_FULL"],
  ["EDQUOT", "DISK_FULL"],
  ["EACCES", "DISK_DENIED"],
  ["EPERM", "DISK_DENIED"],
  ["EROFS", "DISK_DENIED"],
  ["EMFILE", "DISK_TOO_MANY_FILES"],
  ["ENFILE", "DISK_TOO_MANY_FILES"],
  ["EEXIST", "FILE_EXISTS"],
  ["ENOTEMPTY", "FILE_EXISTS"],
  ["ENOENT", "FILE_NOT_FOUND"],
  ["ENOTDIR", "FILE_NOT_FOUND"],
]);

/** The error of a failed call as a DaybookError; `doing` is what was tried: "write", "sync folder". */
export function diskError(error: unknown, doing: string, path: string): DaybookError {
  if (error instanceof DaybookError) return error;
  const errno = errnoOf(error);
  return new DaybookError(CODE_OF_ERRNO.get(errno) ?? "DISK_FAILED", {
    message: `${path}: cannot ${doing}: ${errno}`,
    cause: error,
  });
}

export function errnoOf(error: unknown): string {
  const code = error instanceof Error && "code" in error ? error.code : undefined;
  return typeof code === "string" ? code : "unknown error";
}
