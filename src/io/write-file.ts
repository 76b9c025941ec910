import type { Files } from "./files.js";

/**
 * Writes the pieces as a new file and makes it durable. After an error, the disk's or the pieces' own, there is no file.
 * FILE_EXISTS, DISK_*.
 */
export async function writeFile(
  files: Pick<Files, "create">,
  path: string,
  pieces: Iterable<Uint8Array> | AsyncIterable<Uint8Array>,
  mode?: number,
): Promise<void> {
  const writer = await files.create(path, mode);
  try {
    for await (const piece of pieces) await writer.write(piece);
    await writer.finish();
  } catch (error) {
    await writer.abort();
    throw error;
  }
}
