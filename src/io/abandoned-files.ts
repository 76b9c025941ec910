import { randomUUID } from "node:crypto";
import { join } from "node:path";
import type { Files } from "./files.js";

const ABANDONED_AFTER_MS = 24 * 3_600_000;

type FolderFiles = Pick<Files, "list" | "removeTree" | "stat" | "writeNew">;

/**
 * Removes what a process that died left in `folder` a day ago, with names that begin with `prefix`. Younger files may belong
 * to another process at work. A new file tells the time: the process's clock may differ from the file system's.
 */
export async function removeAbandoned(files: FolderFiles, folder: string, prefix = ""): Promise<void> {
  const names = (await files.list(folder)).filter((name) => name.startsWith(prefix));
  if (names.length === 0) return;
  const nowMs = await fileSystemMs(files, join(folder, `${prefix}${randomUUID()}`));
  for (const name of names) {
    const found = await files.stat(join(folder, name));
    if (found !== undefined && nowMs - found.modifiedMs > ABANDONED_AFTER_MS)
      await files.removeTree(join(folder, name));
  }
}

/** An empty file, so that a full disk does not prevent the removal that frees it. */
async function fileSystemMs(files: FolderFiles, path: string): Promise<number> {
  try {
    await files.writeNew(path, new Uint8Array());
    return (await files.stat(path))?.modifiedMs ?? -Infinity;
  } finally {
    await files.removeTree(path);
  }
}
