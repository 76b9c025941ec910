import { createHash } from "node:crypto";
import type { BlobClient, BlockBlobClient, ContainerClient } from "@azure/storage-blob";
import { DaybookError, assertKey, conflict, isDaybookError, utcDayOf } from "daybook/plugin";
import type {
  Body,
  Clock,
  Expected,
  ObjectStat,
  ObjectStore,
  RemovalReceipt,
  StoreProtection,
  UtcDay,
} from "daybook/plugin";
import { downloadBlob } from "./download.js";
import type { Immutability } from "./immutability.js";
import { policyUntil, protectionOf, requirePolicy, setLegalHold } from "./immutability.js";
import { isFolder, listNames } from "./list-names.js";
import { probeContainer } from "./probe-container.js";
import { removeBlob } from "./remove-blob.js";
import { serviceCode, storageError } from "./storage-error.js";
import { BLOCK_BYTES, uploadBody } from "./upload.js";
import type { BlobContent, BlobTerms } from "./upload.js";
import { versionsOf } from "./versions.js";

export interface BlobStoreOptions {
  readonly access: { container(): Promise<ContainerClient> };
  readonly clock: Clock;
  /** What every blob's name starts with; empty, or ends in `/`. */
  readonly prefix: string;
  readonly immutability?: Immutability | undefined;
  readonly accessTier?: "hot" | "cool" | "cold" | undefined;
  readonly encryptionScope?: string | undefined;
}

// The answers of the condition, and those of a container's policy, which is checked before the condition.
const TAKEN = new Set([
  "BlobAlreadyExists",
  "ConditionNotMet",
  "BlobImmutableDueToPolicy",
  "BlobImmutableDueToLegalHold",
]);

/** Objects as block blobs. One conditional step creates a new one, so one of two writers wins. */
export class BlobStore implements ObjectStore {
  readonly #options: BlobStoreOptions;
  readonly #terms: BlobTerms;
  /** Only with `immutability`: an account that keeps policies keeps holds too. */
  readonly setHold?: (key: string, on: boolean, signal: AbortSignal) => Promise<void>;
  readonly extendRetention?: (key: string, until: UtcDay, signal: AbortSignal) => Promise<void>;

  constructor(options: BlobStoreOptions) {
    this.#options = options;
    const { accessTier, encryptionScope } = options;
    this.#terms = {
      ...(accessTier === undefined
        ? {}
        : { tier: `${accessTier.charAt(0).toUpperCase()}${accessTier.slice(1)}` }),
      ...(encryptionScope === undefined ? {} : { encryptionScope }),
    };
    if (options.immutability !== undefined) {
      this.setHold = (key, on, signal) =>
        this.#withVersions(key, signal, (blob) => setLegalHold(blob, key, on, signal));
      this.extendRetention = async (key, until, signal) => {
        const policy = policyUntil(until, options.immutability, options.clock.now());
        if (policy !== undefined)
          await this.#withVersions(key, signal, (blob) => requirePolicy(blob, key, policy, signal));
      };
    }
  }

  /** Whether the container is there and may be listed; nothing short of an upload shows whether it may be written. */
  look(signal: AbortSignal): Promise<undefined> {
    return this.#within("look", signal, async (container) => {
      // `~` is in no key: one short page, whatever the container holds.
      await listNames(container, this.#options.prefix, "~", signal);
      return undefined;
    });
  }

  check(signal: AbortSignal): Promise<void> {
    const { prefix, clock, immutability } = this.#options;
    return this.#within("check", signal, (container) =>
      probeContainer(
        { container, prefix, clock, terms: this.#terms, isImmutable: immutability !== undefined },
        signal,
      ),
    );
  }

  putNew(
    key: string,
    body: Body,
    expected: Expected,
    signal: AbortSignal,
  ): Promise<"stored" | "already-there"> {
    const { immutability, clock } = this.#options;
    return this.#withBlob(key, signal, async (blob) => {
      const policy = policyUntil(expected.retainUntil, immutability, clock.now());
      const terms: BlobTerms = {
        ...this.#terms,
        conditions: { ifNoneMatch: "*" },
        ...(policy === undefined ? {} : { immutabilityPolicy: policy }),
      };
      const outcome = await create(blob, key, { body, expected, terms }, signal);
      if (policy !== undefined) await requirePolicy(blob, key, policy, signal);
      return outcome;
    });
  }

  replace(key: string, body: Body, expected: Expected, signal: AbortSignal): Promise<void> {
    const content = { body, expected, terms: this.#terms };
    return this.#withBlob(key, signal, (blob) => uploadBody(blob, content, signal));
  }

  get(key: string, signal: AbortSignal): Promise<AsyncIterable<Uint8Array>> {
    return this.#withBlob(key, signal, (blob) => downloadBlob(blob, key, signal));
  }

  stat(key: string, signal: AbortSignal): Promise<ObjectStat | undefined> {
    return this.#withBlob(key, signal, (blob) => statBlob(blob, signal));
  }

  async *list(prefix: string, signal: AbortSignal): AsyncGenerator<string> {
    const { prefix: ours } = this.#options;
    yield* await this.#within(`list ${prefix}`, signal, (container) =>
      listNames(container, ours, prefix, signal),
    );
  }

  remove(key: string, signal: AbortSignal): Promise<RemovalReceipt> {
    return this.#within(key, signal, (container) => {
      assertKey(key);
      const { prefix, clock } = this.#options;
      return removeBlob({ container, name: `${prefix}${key}`, subject: key, clock }, signal);
    });
  }

  protection(signal: AbortSignal): Promise<StoreProtection> {
    return this.#within("protection", signal, (container) =>
      protectionOf(container, this.#options.immutability, signal),
    );
  }

  async close(): Promise<void> {}

  #withBlob<T>(key: string, signal: AbortSignal, run: (blob: BlockBlobClient) => Promise<T>): Promise<T> {
    return this.#within(key, signal, (container) => {
      assertKey(key);
      return run(container.getBlockBlobClient(`${this.#options.prefix}${key}`));
    });
  }

  /** Each version in turn. SINK_NOT_FOUND when there is none. */
  #withVersions(key: string, signal: AbortSignal, run: (blob: BlobClient) => Promise<void>): Promise<void> {
    return this.#within(key, signal, async (container) => {
      assertKey(key);
      const found = await versionsOf(container, `${this.#options.prefix}${key}`, signal);
      if (found.length === 0)
        throw new DaybookError("SINK_NOT_FOUND", { message: `${key}: expected a blob, found none` });
      for (const { blob } of found) await run(blob);
    });
  }

  async #within<T>(
    subject: string,
    signal: AbortSignal,
    run: (container: ContainerClient) => Promise<T>,
  ): Promise<T> {
    signal.throwIfAborted();
    try {
      return await run(await this.#options.access.container());
    } catch (error) {
      throw storageError(error, subject, signal);
    }
  }
}

async function create(
  blob: BlockBlobClient,
  key: string,
  content: BlobContent,
  signal: AbortSignal,
): Promise<"stored" | "already-there"> {
  const { expected } = content;
  // A large body is not sent only to learn that the blob exists.
  const isLarge = expected.bytes > BLOCK_BYTES;
  if (isLarge && (await statBlob(blob, signal)) !== undefined) return compare(blob, key, expected, signal);
  try {
    await uploadBody(blob, content, signal);
    return "stored";
  } catch (error) {
    if (!TAKEN.has(serviceCode(error) ?? "") && !(await lostBlocks(error, blob, signal))) throw error;
    return compare(blob, key, expected, signal);
  }
}

/** Whether another writer's commit cleared the blocks: a blob has the name then. */
async function lostBlocks(error: unknown, blob: BlockBlobClient, signal: AbortSignal): Promise<boolean> {
  return serviceCode(error) === "InvalidBlockList" && (await statBlob(blob, signal)) !== undefined;
}

async function compare(
  blob: BlockBlobClient,
  key: string,
  expected: Expected,
  signal: AbortSignal,
): Promise<"already-there"> {
  const hash = createHash("sha256");
  let bytes = 0;
  for await (const piece of await downloadBlob(blob, key, signal)) {
    hash.update(piece);
    bytes += piece.length;
    if (bytes > expected.bytes) break;
  }
  const sha256 = hash.digest("hex");
  if (bytes === expected.bytes && sha256 === expected.sha256) return "already-there";
  throw conflict(key, expected, bytes > expected.bytes ? { bytes: `${bytes} or more` } : { bytes, sha256 });
}

/** Without sha256: the service computes none, and the metadata holds only what a writer claimed. */
async function statBlob(blob: BlockBlobClient, signal: AbortSignal): Promise<ObjectStat | undefined> {
  try {
    const found = await blob.getProperties({ abortSignal: signal });
    if (isFolder(found.metadata)) return undefined;
    const { contentLength, immutabilityPolicyExpiresOn: until, legalHold, versionId } = found;
    if (contentLength === undefined)
      throw new DaybookError("SINK_UNAVAILABLE", { message: "blob: expected its size, found none" });
    return {
      bytes: contentLength,
      ...(until === undefined ? {} : { retainUntil: utcDayOf(until.getTime()) }),
      ...(legalHold === undefined ? {} : { hold: legalHold }),
      ...(versionId === undefined ? {} : { version: versionId }),
    };
  } catch (thrown) {
    const error = storageError(thrown, "blob", signal);
    if (isDaybookError(error, "SINK_NOT_FOUND")) return undefined;
    throw thrown;
  }
}
