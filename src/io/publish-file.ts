import { basename, dirname, join } from "node:path";
import { isDaybookError } from "../model/errors.js";
import type { Files } from "./files.js";

/**
 * The protocol's one primitive: the file appears complete under its name, and only when nothing had that name. FILE_EXISTS
 * otherwise. `staging` is a folder of one writer on the same file system. Durable once the folder of `path` is synced.
 */
export async function linkNew(
  files: Files,
  staging: string,
  path: string,
  bytes: Uint8Array,
  mode?: number,
): Promise<void> {
  const temporary = await writeTemporary(files, staging, path, bytes, mode);
  try {
    await files.link(temporary, path);
  } finally {
    // Whatever became of the link, its outcome stands: a leftover is removed at the next start.
    await files.remove(temporary).catch(() => undefined);
  }
}

/** For caches only: a reader sees the old file or the new one. Durable on return. */
export async function replaceFile(
  files: Files,
  staging: string,
  path: string,
  bytes: Uint8Array,
): Promise<void> {
  await files.rename(await writeTemporary(files, staging, path, bytes), path);
  await files.syncFolder(dirname(path));
}

async function writeTemporary(
  files: Files,
  staging: string,
  path: string,
  bytes: Uint8Array,
  mode?: number,
): Promise<string> {
  const temporary = join(staging, `.${basename(path)}.new`);
  try {
    await files.writeNew(temporary, bytes, mode);
  } catch (error) {
    if (!isDaybookError(error, "FILE_EXISTS")) throw error;
    // Left by a writer that died: there is one writer, so nobody else is writing it now.
    await files.remove(temporary);
    await files.writeNew(temporary, bytes, mode);
  }
  return temporary;
}
