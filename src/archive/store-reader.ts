import type { ObjectStore } from "../plugin/types.js";
import type { ArchiveReader } from "./reader.js";

/** The archive of one tenant in a record sink's store, where it lies below the tenant's name. */
export function storeReader(store: ObjectStore, tenant: string): ArchiveReader {
  const root = `${tenant}/`;
  return {
    get: (path, signal) => store.get(`${root}${path}`, signal),
    stat: (path, signal) => store.stat(`${root}${path}`, signal),
    list: (prefix, signal) => pathsBelow(store.list(`${root}${prefix}`, signal), root),
  };
}

async function* pathsBelow(keys: AsyncIterable<string>, root: string): AsyncGenerator<string> {
  for await (const key of keys) yield key.slice(root.length);
}
