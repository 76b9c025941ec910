import { join } from "node:path";
import { DaybookError, isDaybookError } from "../model/errors.js";
import { entryPath, headPath } from "../model/ledger-entry.js";
import { packagePath } from "../model/manifest.js";
import type { Manifest } from "../model/manifest.js";
import type { UtcDay } from "../model/utc-day.js";
import { missing, raise } from "../archive/flaw.js";
import { CLOSING_FILES, FIXED_FILES, LIMITS } from "../archive/layout.js";
import { openFile, readSmall, storeSource } from "../archive/source.js";
import type { ArchiveSource } from "../archive/source.js";
import { LedgerFence } from "./ledger-fence.js";
import type { FenceOptions } from "./ledger-fence.js";
import { KeptCopy } from "./kept-copy.js";
import type { DayPromise } from "./kept-copy.js";
import { readBack } from "./read-back.js";
import { bodyOf, expectedOf } from "./repeatable-body.js";
import { missingFrom, missingRecords, seqOf, sinkLost } from "./sink-inventory.js";
import type { DayIndex } from "../ledger/day-index.js";
import { parseEntry } from "../ledger/entry-format.js";
import { namedFiles } from "../ledger/named-files.js";
import { readManifest } from "../archive/sealed-package.js";
import type { SealedDay } from "../archive/sealed-package.js";
import type { Expected, ObjectStore } from "../plugin/types.js";

/** What is known of a sink from earlier passes. */
export interface KnownContent {
  /** Whether it has confirmed any package. */
  readonly isFilled: boolean;
  /** How many ledger entries it held after its newest sync; 0 when unknown. */
  readonly entries: number;
}

/** The store is already guarded: it has deadlines and retries. */
export interface RecordSinkOptions extends FenceOptions {
  /** Undefined: what the manifest says, and no hold. */
  readonly promiseOf?: (day: UtcDay) => DayPromise | undefined;
}

const IN_THE_WAY =
  "nothing was overwritten; no ledger entry in the sink names it: it was written by another host that is still running, or that stopped before recording it; see _A package in the way_ in docs/OPERATIONS.md";

/** The whole archive of a tenant in any object store, byte for byte as docs/FORMAT.md defines it. */
export class RecordSink {
  readonly name: string;
  /** The tenant's archive as the store gives it back. */
  readonly source: ArchiveSource;
  /** Where the tenant's archive lies when the store keeps its objects as files of this host. */
  readonly folder: string | undefined;
  readonly #store: ObjectStore;
  readonly #tenant: string;
  readonly #archive: ArchiveSource;
  readonly #ledgerSize: () => number;
  readonly #fence: LedgerFence;
  readonly #promiseOf: (day: UtcDay) => DayPromise | undefined;
  /** The copies in this store, with what protects them. */
  readonly kept: KeptCopy;
  /** The number of ledger entries known to be in the store with their heads; unknown before the first sync. */
  #synced: number | undefined;
  /** The describing files known to be in the store. */
  readonly #described = new Set<string>();
  /** Whether the store was seen with an `archive.json`. */
  #hasIdentity = false;

  constructor(options: RecordSinkOptions) {
    const { name, store, tenant } = options;
    this.name = name;
    this.source = storeSource(store, tenant);
    this.folder = store.folder === undefined ? undefined : join(store.folder, tenant);
    this.#store = store;
    this.#tenant = tenant;
    this.#archive = options.archive;
    this.#ledgerSize = options.ledgerSize;
    this.#fence = new LedgerFence(options);
    this.#promiseOf = options.promiseOf ?? (() => undefined);
    this.kept = new KeptCopy(store, tenant, this.source);
  }

  /**
   * Must be called before any work. Checks that the store's archive is ours, and claims a new store. Returns what the store has
   * lost besides packages; the next sync writes it again. SINK_LOST when the store is empty and should not be: its disk may not
   * be mounted, so nothing is written. ARCHIVE_FORKED when another writer has added to it, SINK_TAKEN when it holds another
   * archive.
   */
  async claim({ isFilled, entries }: KnownContent, signal: AbortSignal): Promise<readonly string[]> {
    const held = await this.#fence.check(signal);
    const isDescribed = (await this.#store.stat(this.#key("archive.json"), signal)) !== undefined;
    const isKnown = isFilled || entries > 0;
    if (isKnown && held === 0 && !isDescribed)
      throw sinkLost(this.name, `nothing below ${this.#tenant}/`, "the archive that it confirmed");
    if (!isDescribed || held < Math.max(entries, this.#synced ?? 0)) this.#forget();
    if (!isDescribed) await this.#fenced(signal, () => this.#describe(signal));
    this.#hasIdentity = true;
    return [
      ...(isKnown && !isDescribed ? ["archive.json"] : []),
      ...(held < entries ? [`ledger entries ${held} to ${entries - 1}`] : []),
    ];
  }

  /** The revisions that the store has confirmed, according to the ledger, and no longer holds. */
  async missing(index: DayIndex, signal: AbortSignal): Promise<readonly SealedDay[]> {
    return missingFrom({ name: this.name, store: this.#store, tenant: this.#tenant }, index, signal);
  }

  /**
   * What the store lacks of the first `entries` ledger entries, their heads, the files that they name and the keys. The next sync
   * writes it again.
   */
  async missingRecords(entries: number, signal: AbortSignal): Promise<readonly string[]> {
    const sink = { name: this.name, store: this.#store, tenant: this.#tenant };
    const lost = await missingRecords(sink, this.#archive, entries, signal);
    if (lost.length === 0) return [];
    this.#synced = Math.min(entries, ...lost.map((path) => seqOf(path) ?? entries));
    this.#described.clear();
    return lost;
  }

  async hasManifest({ day, revision }: SealedDay, signal: AbortSignal): Promise<boolean> {
    const key = this.#key(`${packagePath(day, revision)}/manifest.json`);
    return (await this.#store.stat(key, signal)) !== undefined;
  }

  /** Checks again that the store's archive is ours. ARCHIVE_FORKED, SINK_TAKEN. */
  async requireOurs(signal: AbortSignal): Promise<void> {
    await this.#fence.recheck(signal);
  }

  /**
   * Stores every file of the day package and reads back what the store holds. The manifest is written last, so a package with a
   * manifest is whole. SINK_MISMATCH when the store does not hold what it accepted; ARCHIVE_FORKED when its ledger is another
   * writer's; SINK_CONFLICT when it holds a different package and its ledger does not show whose.
   */
  async putPackage(sealed: SealedDay, source: ArchiveSource, signal: AbortSignal): Promise<Manifest> {
    // All writers upload files in the same order, so the first differing file belongs to exactly one writer and stops the other.
    return this.#fenced(signal, () => this.#putPackage(sealed, source, signal));
  }

  async #putPackage(sealed: SealedDay, source: ArchiveSource, signal: AbortSignal): Promise<Manifest> {
    const manifest = await readManifest(source, sealed, signal);
    const folder = packagePath(sealed.day, sealed.revision);
    const promise = this.#promiseOf(sealed.day);
    const retainUntil = promise?.retainUntil ?? manifest.retention.retain_until;
    for (const { path, bytes, sha256 } of manifest.files) {
      await this.#put(`${folder}/${path}`, { bytes, sha256, retainUntil }, source, signal);
    }
    for (const name of CLOSING_FILES) {
      await this.#putSmall(`${folder}/${name}`, source, signal, retainUntil);
    }
    if (promise?.isHeld === true && this.kept.canHold) await this.kept.hold(sealed, true, signal);
    return manifest;
  }

  /** Whether the store has every file of the package, with the right size. Always asks the store. */
  async hasPackage(sealed: SealedDay, signal: AbortSignal): Promise<boolean> {
    const folder = packagePath(sealed.day, sealed.revision);
    const manifest = await readManifest(this.#archive, sealed, signal);
    const small = await Promise.all(
      CLOSING_FILES.map(async (path) => ({
        path,
        bytes: (await this.#readSmall(`${folder}/${path}`, this.#archive, signal)).length,
      })),
    );
    for (const { path, bytes } of [...manifest.files, ...small]) {
      const found = await this.#store.stat(this.#key(`${folder}/${path}`), signal);
      if (found?.bytes !== bytes) return false;
    }
    return true;
  }

  /**
   * Brings the store's ledger up to date: the files that describe the archive, then each missing entry with its head, then
   * `head`. Returns how many entries the store holds now. ARCHIVE_FORKED when the store has a different entry or more entries,
   * SINK_TAKEN when it holds another archive.
   */
  async syncLedger(signal: AbortSignal): Promise<number> {
    return this.#fenced(signal, () => this.#syncLedger(signal));
  }

  async #syncLedger(signal: AbortSignal): Promise<number> {
    if (this.#synced === this.#ledgerSize()) return this.#synced;
    let number = this.#synced ?? (await this.#heldEntries(signal));
    await this.#describe(signal);
    while (await this.#putEntry(number, signal)) {
      // The entry comes first: after an interruption the next sync starts with this entry and writes its missing head.
      await this.#putIfThere(headPath(number + 1), signal);
      number += 1;
    }
    this.#fence.advance(number);
    await this.#replaceHead(signal);
    this.#synced = number;
    return number;
  }

  /** Does the work when the store's ledger is still there and ours, and looks for another writer after a conflict. */
  async #fenced<T>(signal: AbortSignal, work: () => Promise<T>): Promise<T> {
    await this.#fence.recheck(signal);
    // A new store has no ledger entry by which the fence could notice that its disk was unmounted.
    const isGone =
      this.#hasIdentity && (await this.#store.stat(this.#key("archive.json"), signal)) === undefined;
    if (isGone) throw sinkLost(this.name, "no archive.json", "the one that was there");
    try {
      return await work();
    } catch (error) {
      if (!isDaybookError(error, "SINK_CONFLICT")) throw error;
      // Another writer's ledger entries explain more than the one conflicting object.
      await this.#fence.check(signal);
      throw new DaybookError("SINK_CONFLICT", { message: error.message, hint: IN_THE_WAY, cause: error });
    }
  }

  /** The store has lost content: everything is sent again. */
  #forget(): void {
    this.#synced = undefined;
    this.#described.clear();
    this.#hasIdentity = false;
  }

  async #describe(signal: AbortSignal): Promise<void> {
    for (const path of await this.#describingFiles(signal)) {
      if (this.#described.has(path)) continue;
      await this.#putSmall(path, this.#archive, signal);
      this.#described.add(path);
    }
  }

  /** How many entries need not be sent: all that the store holds but the newest, which is sent again for comparison. */
  async #heldEntries(signal: AbortSignal): Promise<number> {
    let held = 0;
    for await (const key of this.#store.list(this.#key("ledger/"), signal)) {
      // Counting stops at the first hole: everything after it is sent, and compared where it exists.
      if (key === this.#key(entryPath(held))) held += 1;
    }
    return Math.max(0, held - 1);
  }

  async #describingFiles(signal: AbortSignal): Promise<readonly string[]> {
    const paths = [...FIXED_FILES];
    for await (const path of this.#archive.list("keys/", signal)) paths.push(path);
    return paths;
  }

  /** The files that an entry names come before it: a ledger must not name what the sink lacks. */
  async #putEntry(number: number, signal: AbortSignal): Promise<boolean> {
    const path = entryPath(number);
    const bytes = await readSmall(this.#archive, path, LIMITS.ledgerEntry, signal);
    if (bytes === undefined) return false;
    for (const named of await namedFiles(parseEntry(bytes, path), this.#archive, signal))
      await this.#putSmall(named, this.#archive, signal);
    return this.#putIfThere(path, signal);
  }

  async #putIfThere(path: string, signal: AbortSignal): Promise<boolean> {
    if ((await this.#archive.stat(path, signal)) === undefined) return false;
    await this.#putSmall(path, this.#archive, signal);
    return true;
  }

  async #replaceHead(signal: AbortSignal): Promise<void> {
    const bytes = await this.#readSmall("head", this.#archive, signal);
    const expected = expectedOf(bytes);
    const found = await this.#store.stat(this.#key("head"), signal);
    if (found?.sha256 === expected.sha256) return;
    // `head` is the only object that is replaced, so check first that no other writer has added a newer one.
    await this.#fence.recheck(signal);
    await this.#store.replace(this.#key("head"), bodyOf(bytes), expected, signal);
    await readBack(this.#store, this.#key("head"), expected, signal);
  }

  async #putSmall(
    path: string,
    source: ArchiveSource,
    signal: AbortSignal,
    retainUntil?: UtcDay,
  ): Promise<void> {
    const bytes = await this.#readSmall(path, source, signal);
    const expected = expectedOf(bytes, retainUntil);
    await this.#store.putNew(this.#key(path), bodyOf(bytes), expected, signal);
    await readBack(this.#store, this.#key(path), expected, signal);
  }

  async #put(path: string, expected: Expected, source: ArchiveSource, signal: AbortSignal): Promise<void> {
    const body = await openFile(source, path, signal);
    if (body === undefined) return raise(missing(path));
    await this.#store.putNew(this.#key(path), body, expected, signal);
    await readBack(this.#store, this.#key(path), expected, signal);
  }

  async #readSmall(path: string, source: ArchiveSource, signal: AbortSignal): Promise<Uint8Array> {
    return (await readSmall(source, path, LIMITS.manifest, signal)) ?? raise(missing(path));
  }

  #key(path: string): string {
    return `${this.#tenant}/${path}`;
  }
}
