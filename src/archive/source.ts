import { join } from "node:path";
import type { Files } from "../io/files.js";
import { isDaybookError } from "../model/errors.js";
import { abortable } from "../io/abortable.js";
import type { Body, ObjectStore } from "../plugin/types.js";

/** Where the files of one tenant's archive can be read: the state folder, or a record sink. Paths are docs/FORMAT.md's. */
export interface ArchiveSource {
  /** The file, read anew whenever it is iterated; undefined when absent. */
  open(path: string, signal: AbortSignal): Promise<Body | undefined>;
  /** The names in a folder, sorted; empty when there is none. */
  list(folder: string, signal: AbortSignal): Promise<readonly string[]>;
}

/** The archive in a folder: `<stateDir>/<tenant>`. */
export function folderSource(files: Files, root: string): ArchiveSource {
  return {
    open: async (path, signal) => {
      const found = await files.stat(join(root, path));
      if (found?.kind !== "file") return undefined;
      return { [Symbol.asyncIterator]: () => abortable(files.stream(join(root, path)), signal) };
    },
    list: (folder) => files.list(join(root, folder)),
  };
}

/** The archive in a record sink's store, below the tenant's name. */
export function storeSource(store: ObjectStore, tenant: string): ArchiveSource {
  return {
    open: async (path, signal) => {
      const key = `${tenant}/${path}`;
      if ((await store.stat(key, signal)) === undefined) return undefined;
      return { [Symbol.asyncIterator]: () => readKey(store, key, signal) };
    },
    list: async (folder, signal) => {
      const prefix = `${tenant}/${folder}/`;
      const names = new Set<string>();
      for await (const key of store.list(prefix, signal))
        names.add(key.slice(prefix.length).split("/", 1)[0] ?? "");
      return [...names];
    },
  };
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
      if ((await source.open(path, signal)) !== undefined) return source;
    } catch (error) {
      if (!isDaybookError(error, "SINK_UNAVAILABLE")) throw error;
      failure = error;
    }
  }
  // A source that did not answer may have it: "nowhere" would be a false alarm.
  if (failure !== undefined) throw failure;
  return undefined;
}

async function* readKey(store: ObjectStore, key: string, signal: AbortSignal): AsyncGenerator<Uint8Array> {
  yield* await store.get(key, signal);
}
