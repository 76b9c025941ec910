import { dirname, join } from "node:path";
import type { Clock } from "../io/clock.js";
import type { Files } from "../io/files.js";
import { linkNew, replaceFile } from "../io/publish-file.js";
import { Turn } from "../io/turn.js";
import { DaybookError, isDaybookError } from "../model/errors.js";
import { entryPath, headPath } from "../model/ledger-entry.js";
import type { Act, LedgerEntry } from "../model/ledger-entry.js";
import { sha256Hex } from "../model/sha256.js";
import type { Signer } from "../model/signer.js";
import { isoTime } from "../model/utc-day.js";
import type { ArchiveKeys } from "../archive/keys.js";
import { CHECKPOINT_PATH, signCheckpoint } from "./checkpoint.js";
import { signEntry } from "./entry-format.js";
import { signHead } from "../archive/head.js";
import type { Head } from "../archive/head.js";
import { leafHash } from "../bytes/merkle-tree.js";
import type { MerkleTree } from "../bytes/merkle-tree.js";
import { LIMITS } from "../archive/layout.js";
import { damagedLedger } from "./ledger-entries.js";
import type { LedgerIndex } from "./ledger-index.js";
import { headOf, readWholeLedger } from "./read-ledger.js";
import type { LedgerContent } from "./read-ledger.js";
import type { SignedHead } from "./signed-head.js";

export interface LedgerOptions {
  readonly files: Files;
  readonly clock: Clock;
  /** The archive's folder. */
  readonly root: string;
  /** `daybook/<archive id>` */
  readonly origin: string;
  readonly signer: Signer;
  /** What the key has signed before, wherever the archive has been since. */
  readonly signedHead: SignedHead;
}

const ENTRIES_PER_FOLDER = 1_000_000;

/** Most entries that a start has to read. A checkpoint is about 1 MB after seven years, too large to write for each entry. */
const ENTRIES_PER_CHECKPOINT = 64;

/** The acts of one archive, and the one place that adds to them. Its owner holds the archive's lock. */
export class Ledger {
  readonly keys: ArchiveKeys;
  readonly #options: LedgerOptions;
  #index: LedgerIndex;
  #lastHash: string;
  #tree: MerkleTree;
  #headSize: number;
  #cachedHeadSize: number;
  #checkpointSize: number;
  #provedAt: number;
  readonly #turn = new Turn();
  #stopped: unknown;

  constructor(options: LedgerOptions, content: LedgerContent) {
    this.keys = content.keys;
    this.#options = options;
    this.#index = content.index;
    this.#lastHash = content.lastHash;
    this.#tree = content.tree;
    this.#headSize = content.headSize;
    this.#cachedHeadSize = content.cachedHeadSize;
    this.#checkpointSize = content.since?.size ?? 0;
    this.#provedAt = content.since?.provedAt ?? options.clock.now();
  }

  /** What the entries say; kept up with each that is added. */
  get index(): LedgerIndex {
    return this.#index;
  }

  /** The writer's clock, milliseconds since the epoch. */
  now(): number {
    return this.#options.clock.now();
  }

  /** Number of entries. */
  get size(): number {
    return this.#tree.size;
  }

  /** When every entry was last read and the chain found whole, milliseconds since the epoch. */
  get provedAt(): number {
    return this.#provedAt;
  }

  /** SHA-256 (hex) of the newest entry's bytes. */
  get lastHash(): string {
    return this.#lastHash;
  }

  /** Root in base64 over the bytes of all entries, as the head of this size states it. */
  get root(): string {
    return this.#tree.root();
  }

  /** What the newest head states. */
  get head(): Head {
    return headOf(this.#options.origin, { tree: this.#tree });
  }

  /**
   * Adds one act and signs the new head; durable on return. Calls take turns. After an error the act may stand or not:
   * `size` says which. ARCHIVE_FORKED when the number is taken, DISK_* otherwise. A fork or a failed fsync stops this
   * ledger for good: only a new start, which reads the disk again, may go on. `prepare` writes what the entry names by hash
   * and gets the entry's number; after an error in it nothing is added.
   */
  append(act: Act, actor: string, prepare?: (seq: number) => Promise<void>): Promise<LedgerEntry> {
    return this.#inTurn(async () => {
      await this.#finishHead();
      await prepare?.(this.size);
      const entry: LedgerEntry = {
        seq: this.size,
        prev: this.#lastHash,
        time: isoTime(this.now()),
        actor,
        ...act,
      };
      const bytes = signEntry(entry, this.#options.signer);
      if (entry.seq % ENTRIES_PER_FOLDER === 0) await this.#makeEntryFolder(entry.seq);
      await this.#publish(entryPath(entry.seq), bytes);
      this.#index.add(entry);
      this.#tree.add(leafHash(bytes));
      this.#lastHash = sha256Hex(bytes);
      await this.#finishHead();
      await this.#saveCheckpoint();
      return entry;
    });
  }

  /** Writes the newest head where a crash or a full disk prevented it, and says what was written. */
  completeHead(): Promise<readonly string[]> {
    return this.#inTurn(() => this.#finishHead());
  }

  /** Makes the checkpoint that a next start reads, when that one would have much to read without. */
  completeCheckpoint(): Promise<void> {
    return this.#inTurn(() => this.#saveCheckpoint());
  }

  /** Reads every entry again and holds it against what is known here. ARCHIVE_DAMAGED where they differ. */
  prove(signal: AbortSignal, note?: (entries: number) => void): Promise<void> {
    return this.#inTurn(async () => {
      const { files, root, origin, clock } = this.#options;
      const { index, size, lastHash, tree } = await readWholeLedger({ files, root, origin }, signal, note);
      if (size !== this.size)
        throw damagedLedger(`${root}/ledger`, "entries", String(size), String(this.size));
      if (lastHash !== this.#lastHash)
        throw damagedLedger(entryPath(size - 1), "sha256", lastHash, this.#lastHash);
      [this.#index, this.#tree] = [index, tree];
      this.#provedAt = clock.now();
      this.#checkpointSize = 0;
      await this.#saveCheckpoint();
    });
  }

  #inTurn<T>(work: () => Promise<T>): Promise<T> {
    return this.#turn.take(async () => {
      if (this.#stopped !== undefined) throw this.#stopped;
      return work();
    });
  }

  async #finishHead(): Promise<readonly string[]> {
    const { files, root, signer, signedHead } = this.#options;
    const path = headPath(this.size);
    const written: string[] = [];
    if (this.#headSize < this.size) {
      const { head } = this;
      await signedHead.note(head);
      await this.#publish(path, signHead(head, signer));
      this.#headSize = this.size;
      written.push(path);
    }
    if (this.#cachedHeadSize < this.size) {
      const bytes = await files.read(join(root, path), LIMITS.head);
      await replaceFile(files, { path: join(root, "head"), bytes, staging: join(root, "staging") });
      this.#cachedHeadSize = this.size;
      written.push("head");
    }
    return written;
  }

  /** A cache: when it cannot be written, the next start reads more, and nothing is lost. */
  async #saveCheckpoint(): Promise<void> {
    if (this.size - this.#checkpointSize < ENTRIES_PER_CHECKPOINT) return;
    const { files, root, origin, signer } = this.#options;
    const [index, size, lastHash, provedAt] = [this.#index, this.size, this.#lastHash, this.#provedAt];
    const bytes = signCheckpoint(origin, { size, lastHash, tree: this.#tree, provedAt, index }, signer);
    try {
      await replaceFile(files, { path: join(root, CHECKPOINT_PATH), bytes, staging: join(root, "staging") });
      this.#checkpointSize = size;
    } catch (error) {
      if (!isDaybookError(error)) throw error;
    }
  }

  async #publish(path: string, bytes: Uint8Array): Promise<void> {
    const { files, root } = this.#options;
    const target = join(root, path);
    try {
      await linkNew(files, { path: target, bytes, staging: join(root, "staging") });
    } catch (error) {
      if (!isDaybookError(error, "FILE_EXISTS")) throw error;
      throw this.#stop(
        new DaybookError("ARCHIVE_FORKED", {
          message: `${path}: an archive has one writer: found the number taken, expected it free`,
          cause: error,
        }),
      );
    }
    try {
      await files.syncFolder(dirname(target));
    } catch (error) {
      // Whether the name is durable is unknown now, and a second fsync would not tell the truth.
      throw this.#stop(error);
    }
  }

  #stop(error: unknown): unknown {
    this.#stopped = error;
    return error;
  }

  async #makeEntryFolder(seq: number): Promise<void> {
    const { files, root } = this.#options;
    const folder = dirname(join(root, entryPath(seq)));
    await files.makeFolder(folder);
    await files.syncFolder(dirname(folder));
  }
}
