import { dirname, join } from "node:path";
import type { Clock } from "../io/clock.js";
import type { Files } from "../io/files.js";
import { linkNew, replaceFile } from "../io/publish-file.js";
import { DaybookError, isDaybookError } from "../model/errors.js";
import { entryPath, headPath } from "../model/ledger-entry.js";
import type { Act, LedgerEntry } from "../model/ledger-entry.js";
import { sha256Hex } from "../model/sha256.js";
import type { Signer } from "../model/signer.js";
import { isoTime } from "../model/utc-day.js";
import type { ArchiveKeys } from "./archive-keys.js";
import { entryBytes } from "./entry-format.js";
import { MAX_HEAD_BYTES, signHead } from "./head.js";
import type { LedgerContent } from "./read-ledger.js";

export interface LedgerOptions {
  readonly files: Files;
  readonly clock: Clock;
  /** The archive's folder. */
  readonly root: string;
  /** `daybook/<archive id>` */
  readonly origin: string;
  readonly signer: Signer;
}

const ENTRIES_PER_FOLDER = 1_000_000;

/** The acts of one archive, and the one place that adds to them. Its owner holds the archive's lock. */
export class Ledger {
  readonly keys: ArchiveKeys;
  readonly #options: LedgerOptions;
  readonly #entries: LedgerEntry[];
  #lastHash: string;
  #headSize: number;
  #cachedHeadSize: number;
  #turn: Promise<unknown> = Promise.resolve();
  #stopped: unknown;

  constructor(options: LedgerOptions, content: LedgerContent) {
    this.keys = content.keys;
    this.#options = options;
    this.#entries = [...content.entries];
    this.#lastHash = content.lastHash;
    this.#headSize = content.headSize;
    this.#cachedHeadSize = content.cachedHeadSize;
  }

  entries(): readonly LedgerEntry[] {
    return this.#entries;
  }

  get size(): number {
    return this.#entries.length;
  }

  /** SHA-256 (hex) of the newest entry's bytes. */
  get lastHash(): string {
    return this.#lastHash;
  }

  /**
   * Adds one act and signs the new head; durable on return. Calls take turns. After an error the act may stand or not:
   * `entries()` says which. ARCHIVE_FORKED when the number is taken, DISK_* otherwise. A fork or a failed fsync stops this
   * ledger for good: only a new start, which reads the disk again, may go on.
   */
  append(act: Act, actor: string): Promise<LedgerEntry> {
    return this.#inTurn(async () => {
      await this.#finishHead();
      const entry: LedgerEntry = {
        seq: this.size,
        prev: this.#lastHash,
        time: isoTime(this.#options.clock.now()),
        actor,
        ...act,
      };
      const bytes = entryBytes(entry);
      if (entry.seq % ENTRIES_PER_FOLDER === 0) await this.#makeEntryFolder(entry.seq);
      await this.#publish(entryPath(entry.seq), bytes);
      this.#entries.push(entry);
      this.#lastHash = sha256Hex(bytes);
      await this.#finishHead();
      return entry;
    });
  }

  /** Writes the newest head where a crash or a full disk prevented it, and says what was written. */
  completeHead(): Promise<readonly string[]> {
    return this.#inTurn(() => this.#finishHead());
  }

  #inTurn<T>(work: () => Promise<T>): Promise<T> {
    const result = this.#turn.then(async () => {
      if (this.#stopped !== undefined) throw this.#stopped;
      return work();
    });
    this.#turn = result.catch(() => undefined);
    return result;
  }

  async #finishHead(): Promise<readonly string[]> {
    const { files, root, clock, origin, signer } = this.#options;
    const path = headPath(this.size);
    const written: string[] = [];
    if (this.#headSize < this.size) {
      const time = isoTime(clock.now());
      await this.#publish(
        path,
        signHead({ origin, size: this.size, lastHash: this.#lastHash, time }, signer),
      );
      this.#headSize = this.size;
      written.push(path);
    }
    if (this.#cachedHeadSize < this.size) {
      const bytes = await files.read(join(root, path), MAX_HEAD_BYTES);
      await replaceFile(files, join(root, "staging"), join(root, "head"), bytes);
      this.#cachedHeadSize = this.size;
      written.push("head");
    }
    return written;
  }

  async #publish(path: string, bytes: Uint8Array): Promise<void> {
    const { files, root } = this.#options;
    const target = join(root, path);
    try {
      await linkNew(files, join(root, "staging"), target, bytes);
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
