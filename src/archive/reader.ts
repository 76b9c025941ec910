import { DaybookError, isDaybookError } from "../model/errors.js";
import type { ObjectStore } from "../plugin/types.js";

/**
 * The read-only view of an archive that an audit needs. Every record sink's store has it; FolderReader gives it for a
 * folder. Paths are those of docs/FORMAT.md. A path that leads to anything but a plain file throws ARCHIVE_DAMAGED.
 */
export type ArchiveReader = Pick<ObjectStore, "get" | "stat" | "list">;

/** The whole file; undefined when absent. ARCHIVE_DAMAGED above `maxBytes`, which bounds what a hostile archive costs. */
export async function readSmall(
  reader: ArchiveReader,
  path: string,
  maxBytes: number,
  signal: AbortSignal,
): Promise<Uint8Array | undefined> {
  const stream = await openOrAbsent(reader, path, signal);
  if (stream === undefined) return undefined;
  const pieces: Uint8Array[] = [];
  let bytes = 0;
  for await (const piece of stream) {
    bytes += piece.byteLength;
    if (bytes > maxBytes) {
      throw new DaybookError("ARCHIVE_DAMAGED", {
        message: `${printable(path)}: found more than ${maxBytes} bytes, expected at most that many`,
      });
    }
    pieces.push(piece);
  }
  return Buffer.concat(pieces, bytes);
}

async function openOrAbsent(
  reader: ArchiveReader,
  path: string,
  signal: AbortSignal,
): Promise<AsyncIterable<Uint8Array> | undefined> {
  try {
    return await reader.get(path, signal);
  } catch (error) {
    if (isDaybookError(error, "SINK_NOT_FOUND") || isDaybookError(error, "FILE_NOT_FOUND")) return undefined;
    throw error;
  }
}

/** The text on one line: names in a hostile archive may hold line breaks and terminal escapes. */
export function printable(text: string): string {
  const short = text.length > 300 ? `${text.slice(0, 300)}…` : text;
  // oxlint-disable-next-line no-control-regex -- control characters are what is replaced
  return short.replaceAll(/[\u0000-\u001f\u007f-\u009f\u2028\u2029\u202a-\u202e\u2066-\u2069]/g, escaped);
}

function escaped(character: string): string {
  return `\\u${character.charCodeAt(0).toString(16).padStart(4, "0")}`;
}
