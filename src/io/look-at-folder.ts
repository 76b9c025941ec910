import { dirname } from "node:path";
import { DaybookError, isDaybookError } from "../model/errors.js";
import type { FileStat, Files } from "./files.js";

/** A folder as it is, or will be. */
export interface LookedAtFolder {
  /** The folder itself, or the nearest one above it that is there. */
  readonly nearest: string;
  /** That the folder will be made, and where, in words; undefined when it is there. */
  readonly note?: string;
}

/**
 * Whether this process could write in a folder, or make it: found by looking, so nothing is made or changed. Throws
 * DISK_DENIED when the folder, or the nearest one above it, may not be written; DISK_UNSUITABLE when what is there is no folder.
 */
export async function lookAtFolder(
  files: Pick<Files, "requireWritable" | "stat" | "target">,
  path: string,
): Promise<LookedAtFolder> {
  let nearest = path;
  while ((await files.stat(nearest)) === undefined && dirname(nearest) !== nearest)
    nearest = dirname(nearest);
  const found = await files.target(nearest);
  if (found?.kind !== "folder") throw noFolder(path, nearest, found);
  if (nearest === path) {
    await files.requireWritable(path);
    return { nearest };
  }
  try {
    await files.requireWritable(nearest);
  } catch (cause) {
    if (!isDaybookError(cause)) throw cause;
    throw new DaybookError(cause.code, { message: `${path}: is to be made: ${cause.message}`, cause });
  }
  return { nearest, note: `${path} will be made in ${nearest}` };
}

function noFolder(path: string, nearest: string, found: FileStat | undefined): DaybookError {
  const kind = { file: "a file", link: "a link", other: "a special file", folder: "a folder" };
  const what = found === undefined ? "a link that leads nowhere" : kind[found.kind];
  return new DaybookError("DISK_UNSUITABLE", {
    message: `${path}: expected a folder at ${nearest}, found ${what}`,
    hint: "name a path below a folder, or move away what is there",
  });
}
