import { joinPieces } from "../io/join-pieces.js";
import { DaybookError, isDaybookError } from "../model/errors.js";
import type { Body, ObjectStore } from "../plugin/types.js";
import { printable } from "./printable.js";

/**
 * Where the files of one tenant's archive can be read: a folder of this machine, or a record sink's store. Paths are those
 * of docs/FORMAT.md. `get` rejects with FILE_NOT_FOUND or SINK_NOT_FOUND where nothing is; a path that leads to anything
 * but a plain file rejects with ARCHIVE_DAMAGED. `list` gives every path that starts with a prefix, sorted by code unit.
 */
export type ArchiveSource = Pick<ObjectStore, "get" | "stat" | "list">;

/** The archive in a record sink's store, where it lies below the tenant's name. */
export function storeSource(store: ObjectStore, tenant: string): ArchiveSource {
  const root = `${tenant}/`;
  return {
    get: (path, signal) => store.get(`${root}${path}`, signal),
    stat: (path, signal) => store.stat(`${root}${path}`, signal),
    list: (prefix, signal) => pathsBelow(store.list(`${root}${prefix}`, signal), root),
  };
}

/** The file, opened anew whenever it is iterated; undefined when absent. */
export async function openFile(
  source: ArchiveSource,
  path: string,
  signal: AbortSignal,
): Promise<Body | undefined> {
  if ((await source.stat(path, signal)) === undefined) return undefined;
  return { [Symbol.asyncIterator]: () => readAnew(source, path, signal) };
}

/** The whole file; undefined when absent. ARCHIVE_DAMAGED above `maxBytes`. */
export async function readSmall(
  source: ArchiveSource,
  path: string,
  maxBytes: number,
  signal: AbortSignal,
): Promise<Uint8Array | undefined> {
  const pieces: Uint8Array[] = [];
  let bytes = 0;
  try {
    for await (const piece of await source.get(path, signal)) {
      bytes += piece.byteLength;
      if (bytes > maxBytes) throw tooLarge(path, maxBytes);
      pieces.push(piece);
    }
  } catch (error) {
    if (isAbsence(error)) return undefined;
    throw error;
  }
  return joinPieces(pieces, bytes);
}

/** Whether the error says that nothing is there. */
export function isAbsence(error: unknown): boolean {
  if (isDaybookError(error, "ARCHIVE_DAMAGED")) return isAbsence(error.cause);
  return isDaybookError(error, "SINK_NOT_FOUND") || isDaybookError(error, "FILE_NOT_FOUND");
}

/** The first of the sources that has the file: the state folder before any sink, a sink that answers before one that is down. */
export async function firstSourceWith(
  path: string,
  sources: readonly ArchiveSource[],
  signal: AbortSignal,
): Promise<ArchiveSource | undefined> {
  let failure: unknown;
  for (const source of sources) {
    try {
      if ((await source.stat(path, signal)) !== undefined) return source;
    } catch (error) {
      if (!isDaybookError(error, "SINK_UNAVAILABLE")) throw error;
      failure = error;
    }
  }
  // A source that did not answer may have it: "nowhere" would be a false alarm.
  if (failure !== undefined) throw failure;
  return undefined;
}

async function* readAnew(
  source: ArchiveSource,
  path: string,
  signal: AbortSignal,
): AsyncGenerator<Uint8Array> {
  yield* await source.get(path, signal);
}

async function* pathsBelow(keys: AsyncIterable<string>, root: string): AsyncGenerator<string> {
  for await (const key of keys) yield key.slice(root.length);
}

function tooLarge(path: string, maxBytes: number): DaybookError {
  return new DaybookError("ARCHIVE_DAMAGED", {
    message: `${printable(path)}: found more than ${maxBytes} bytes, expected at most that many`,
  });
}
