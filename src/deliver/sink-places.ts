import { randomUUID } from "node:crypto";
import { dirname, join } from "node:path";
import { folderChain } from "../io/folder-chain.js";
import type { Files } from "../io/files.js";
import { replaceFile } from "../io/publish-file.js";
import { readStamp } from "../io/stamp-file.js";
import { DaybookError, isDaybookError } from "../model/errors.js";
import type { Log } from "../model/log.js";
import { stableJson } from "../model/stable-json.js";
import type { OpenedSinks, OpenedStore } from "./opened-sinks.js";
import { bodyOf, expectedOf } from "./repeatable-body.js";

export interface SinkPlacesParts {
  readonly sinks: OpenedSinks;
  readonly files: Files;
  /** The tenant's folder in the state folder. */
  readonly root: string;
  readonly log: Log;
  /** The configuration's hash: the stores are compared once for each. */
  readonly configSha256: string;
}

/** Sinks that share their place, each with its SINK_SHARED. */
export type SharedPlaces = ReadonlyMap<string, DaybookError>;

const STAMP = "separate-sinks.json";

/**
 * Finds sinks that lie in the state folder, or where another record sink lies. Such a sink "has" every package before it is
 * delivered, so pruning would remove the only copy. Of two record sinks at one place the first of the configuration counts.
 */
export class SinkPlaces {
  readonly #parts: SinkPlacesParts;

  constructor(parts: SinkPlacesParts) {
    this.#parts = parts;
  }

  /** Compares the folders of stores that have one, through links and bind mounts; writes nothing. */
  async findSharedFolders(): Promise<SharedPlaces> {
    const { sinks, files, root } = this.#parts;
    const stateDir = dirname(root);
    const state = await folderChain(files, stateDir);
    const shared = new Map<string, DaybookError>();
    const taken = new Map<string, string>();
    for (const { name, folder, isRecord } of foldersOf(sinks)) {
      // A disk that does not answer cannot be written to either.
      const chain = await folderChain(files, folder).catch((): readonly string[] => []);
      const own = chain.at(-1);
      if (own === undefined) continue;
      if (chain.includes(state.at(-1) ?? "") || state.includes(own))
        shared.set(
          name,
          sharedError(name, folder, `the state folder ${stateDir}, or a folder in or around it`),
        );
      const first = taken.get(own);
      if (isRecord && first !== undefined && !shared.has(name))
        shared.set(name, sharedError(name, folder, `the place of sink ${first}`));
      if (isRecord && first === undefined) taken.set(own, name);
    }
    return shared;
  }

  /** `findSharedStores` for the record sinks that are ready, unless all were found separate with this configuration before. */
  async findSharedStoresOnce(ready: ReadonlySet<string>, signal: AbortSignal): Promise<SharedPlaces> {
    const stores = this.#parts.sinks.stores();
    if (ready.size === 0 || (await this.#isProven())) return new Map();
    const { found, isComplete } = await this.findSharedStores(
      stores.filter(({ name }) => ready.has(name)),
      signal,
    );
    if (isComplete && found.size === 0 && ready.size === stores.length) await this.#writeStamp();
    return found;
  }

  /** Writes a marker into each store and looks for it in the others and in the state folder; then removes it. */
  async findSharedStores(
    stores: readonly OpenedStore[],
    signal: AbortSignal,
  ): Promise<{ readonly found: SharedPlaces; readonly isComplete: boolean }> {
    const found = new Map<string, DaybookError>();
    let isComplete = true;
    for (const [number, { name, store }] of stores.entries()) {
      if (found.has(name)) continue;
      try {
        const later = stores.slice(number + 1);
        for (const [shared, error] of await this.#compare({ name, store }, later, signal))
          found.set(shared, error);
      } catch (error) {
        signal.throwIfAborted();
        if (!isDaybookError(error)) throw error;
        // A store that takes no marker, or does not answer, is compared again by the next pass.
        isComplete = false;
      }
    }
    return { found, isComplete };
  }

  async #compare(
    { name, store }: Pick<OpenedStore, "name" | "store">,
    others: readonly OpenedStore[],
    signal: AbortSignal,
  ): Promise<SharedPlaces> {
    const { files, root } = this.#parts;
    // No tenant's name has a dot, so the marker is outside every archive.
    const key = `.daybook-marker-${randomUUID()}`;
    const bytes = Buffer.from(`${key}\n`);
    await store.putNew(key, bodyOf(bytes), expectedOf(bytes), signal);
    const found = new Map<string, DaybookError>();
    try {
      if ((await files.stat(join(dirname(root), key))) !== undefined)
        found.set(name, sharedError(name, key, "a marker that is visible in the state folder"));
      for (const other of others) {
        if ((await other.store.stat(key, signal)) !== undefined)
          found.set(other.name, sharedError(other.name, key, `a marker that was written to sink ${name}`));
      }
    } finally {
      await this.#remove(key, { name, store }, signal);
    }
    return found;
  }

  async #remove(
    key: string,
    { name, store }: Pick<OpenedStore, "name" | "store">,
    signal: AbortSignal,
  ): Promise<void> {
    try {
      await store.remove(key, signal);
    } catch (error) {
      signal.throwIfAborted();
      if (!isDaybookError(error)) throw error;
      // A credential may not remove, and a bucket may lock everything: a few bytes stay.
      this.#parts.log.info({ sink: name, key, code: error.code }, "marker left in sink");
    }
  }

  async #isProven(): Promise<boolean> {
    const { files, root, configSha256 } = this.#parts;
    return (await readStamp(files, join(root, STAMP)))?.["config_sha256"] === configSha256;
  }

  async #writeStamp(): Promise<void> {
    const { files, root, configSha256 } = this.#parts;
    const bytes = stableJson({ config_sha256: configSha256 });
    await replaceFile(files, { path: join(root, STAMP), bytes, staging: join(root, "staging") });
  }
}

interface SinkFolder {
  readonly name: string;
  readonly folder: string;
  readonly isRecord: boolean;
}

function foldersOf(sinks: OpenedSinks): readonly SinkFolder[] {
  return [
    ...sinks.stores().map(({ name, store }) => ({ name, store, isRecord: true })),
    ...sinks.views().flatMap(({ name, stores }) => stores.map((store) => ({ name, store, isRecord: false }))),
  ].flatMap(({ name, store: { folder }, isRecord }) =>
    folder === undefined ? [] : [{ name, folder, isRecord }],
  );
}

function sharedError(name: string, place: string, found: string): DaybookError {
  return new DaybookError("SINK_SHARED", {
    message: `sinks.${name}: ${place}: found ${found}, expected a place of its own`,
  });
}
