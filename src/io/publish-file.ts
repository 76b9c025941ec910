import { basename, dirname, join } from "node:path";
import { isDaybookError } from "../model/errors.js";
import type { Files } from "./files.js";

/** A file that appears under its name complete or not at all. */
export interface WholeFile {
  readonly path: string;
  readonly bytes: Uint8Array;
  /** Where it is written first: a folder on the same file system with one writer. Without it, the folder of `path`. */
  readonly staging?: string;
  /** Permission bits, whatever the umask; 0600 when absent. */
  readonly mode?: number;
}

/**
 * The protocol's one primitive: creates the file only when nothing has its name, else FILE_EXISTS. Durable once the folder of
 * `path` is synced.
 */
export async function linkNew(files: Files, file: WholeFile): Promise<void> {
  const temporary = await writeTemporary(files, file);
  try {
    await files.link(temporary, file.path);
  } finally {
    // The link has succeeded or failed already. The next writer removes a leftover.
    await files.remove(temporary).catch(() => undefined);
  }
}

/** Replaces the file: a reader sees the old one or the new one. Durable on return. */
export async function replaceFile(files: Files, file: WholeFile): Promise<void> {
  const temporary = await writeTemporary(files, file);
  try {
    await files.rename(temporary, file.path);
  } catch (error) {
    await files.remove(temporary).catch(() => undefined);
    throw error;
  }
  await files.syncFolder(dirname(file.path));
}

async function writeTemporary(files: Files, { path, bytes, staging, mode }: WholeFile): Promise<string> {
  const temporary = join(staging ?? dirname(path), `.${basename(path)}.new`);
  try {
    await files.writeNew(temporary, bytes, mode);
  } catch (error) {
    if (!isDaybookError(error, "FILE_EXISTS")) throw error;
    // Left by a process that died: nobody else writes to this folder.
    await files.remove(temporary);
    await files.writeNew(temporary, bytes, mode);
  }
  return temporary;
}
