import { DaybookError } from "../model/errors.js";
import type { ErrorCode } from "../model/errors.js";

// The garbage collector closes an unreferenced connection, and with it its lock: those in use stay reachable here.
const held = new Set<object>();

/**
 * Takes an exclusive lock on the file at `path` (made when absent), between processes and within one; the kernel frees it
 * when the process ends, however it ends. Throws ARCHIVE_LOCKED when another holds it. Returns its release, which may be
 * called twice.
 *
 * Node has no flock, so SQLite takes the fcntl lock (https://sqlite.org/lockingv3.html). Nothing else in this process may
 * open the file: closing any other descriptor of it would free the lock.
 */
export async function takeKernelLock(path: string): Promise<() => void> {
  // Loaded here only: most commands take no lock, and loading SQLite costs start time.
  const { DatabaseSync } = await import("node:sqlite");
  let database: InstanceType<typeof DatabaseSync> | undefined;
  try {
    const opened = new DatabaseSync(path, { timeout: 0 });
    database = opened;
    opened.exec("PRAGMA locking_mode=EXCLUSIVE; BEGIN EXCLUSIVE");
    held.add(opened);
    return () => {
      if (held.delete(opened)) opened.close();
    };
  } catch (error) {
    database?.close();
    throw lockError(error, path);
  }
}

// Result codes of https://sqlite.org/rescode.html; the low byte is the primary one.
const CODE_OF_RESULT: ReadonlyMap<number, ErrorCode> = new Map([
  [3, "DISK_DENIED"],
  [5, "ARCHIVE_LOCKED"],
  [8, "DISK_DENIED"],
  [13, "DISK_FULL"],
  [14, "DISK_DENIED"],
]);

function lockError(error: unknown, path: string): DaybookError {
  const result = error instanceof Error && "errcode" in error ? Number(error.errcode) % 256 : -1;
  const code = CODE_OF_RESULT.get(result) ?? "DISK_FAILED";
  const message =
    code === "ARCHIVE_LOCKED"
      ? `${path}: an archive has one writer, and another process holds the lock`
      : `${path}: cannot lock: SQLite result ${result}`;
  return new DaybookError(code, { message, cause: error });
}
