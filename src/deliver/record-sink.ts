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
import { expectedBody } from "../plugin/expected-body.js";
import { LedgerFence } from "./ledger-fence.js";
import type { FenceOptions } from "./ledger-fence.js";
import { bodyOf, expectedOf } from "./repeatable-body.js";
import { missingFrom, sinkLost } from "./sink-inventory.js";
import type { DayIndex } from "../ledger/day-index.js";
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

/** The store is guarded already: deadlines and retries are not this class's concern. */
export type RecordSinkOptions = FenceOptions;

const IN_THE_WAY =
  "nothing was overwritten; no ledger entry in the sink names it: another host at work just now, or one that was lost or stopped, put it there; see _A package in the way_ in docs/OPERATIONS.md";

/** The whole archive of a tenant in any object store, byte for byte as docs/FORMAT.md lays it out. */
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
  }

  /**
   * To be called before any work: whether the store's archive is ours; an empty store is made ours. Returns what it has lost
   * beside packages, which the next sync puts back. SINK_LOST when it is empty and should not be: its disk may not be mounted,
   * so nothing is written. ARCHIVE_FORKED when another writer has added to it, SINK_TAKEN when it holds another archive.
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

  /** The revisions that the ledger says the store holds and it does not. */
  async missing(index: DayIndex, signal: AbortSignal): Promise<readonly SealedDay[]> {
    return missingFrom({ name: this.name, store: this.#store, tenant: this.#tenant }, index, signal);
  }

  async hasManifest({ day, revision }: SealedDay, signal: AbortSignal): Promise<boolean> {
    const key = this.#key(`${packagePath(day, revision)}/manifest.json`);
    return (await this.#store.stat(key, signal)) !== undefined;
  }

  /** Whether it is still ours; asks for what came since. ARCHIVE_FORKED, SINK_TAKEN. */
  async requireOurs(signal: AbortSignal): Promise<void> {
    await this.#fence.recheck(signal);
  }

  /**
   * Puts every file of the day package and reads back what the store has. The manifest comes last, so who finds it finds
   * the package whole. SINK_MISMATCH when the store has not what it said it took; ARCHIVE_FORKED when its ledger is another
   * writer's; SINK_CONFLICT when another package stands there and the ledger does not say whose.
   */
  async putPackage(sealed: SealedDay, source: ArchiveSource, signal: AbortSignal): Promise<Manifest> {
    // Two writers put the same files in the same order: the first that differs is one's alone, and the other gets no further.
    return this.#fenced(signal, () => this.#putPackage(sealed, source, signal));
  }

  async #putPackage(sealed: SealedDay, source: ArchiveSource, signal: AbortSignal): Promise<Manifest> {
    const manifest = await readManifest(source, sealed, signal);
    const folder = packagePath(sealed.day, sealed.revision);
    const retainUntil = manifest.retention.retain_until;
    for (const { path, bytes, sha256 } of manifest.files) {
      await this.#put(`${folder}/${path}`, { bytes, sha256, retainUntil }, source, signal);
    }
    for (const name of CLOSING_FILES) {
      await this.#putSmall(`${folder}/${name}`, source, signal, retainUntil);
    }
    return manifest;
  }

  /** Whether the store has every file of the package, with the right size. Asks the store; nothing is remembered. */
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
   * Brings the store's ledger to the state folder's: what describes the archive, then the entries that are not there yet, each
   * with its head, then `head`. Returns how many entries the store holds now. ARCHIVE_FORKED when the store has another entry
   * or more of them, SINK_TAKEN when it holds another archive.
   */
  async syncLedger(signal: AbortSignal): Promise<number> {
    return this.#fenced(signal, () => this.#syncLedger(signal));
  }

  async #syncLedger(signal: AbortSignal): Promise<number> {
    if (this.#synced === this.#ledgerSize()) return this.#synced;
    let number = this.#synced ?? (await this.#heldEntries(signal));
    await this.#describe(signal);
    while (await this.#putIfThere(entryPath(number), signal)) {
      // The entry first: where a sync breaks off, the next one starts with this entry and finds its head to be missing.
      await this.#putIfThere(headPath(number + 1), signal);
      number += 1;
    }
    this.#fence.advance(number);
    await this.#replaceHead(signal);
    this.#synced = number;
    return number;
  }

  /** Work on a store whose ledger is ours and still there; what it meets there otherwise is looked into. */
  async #fenced<T>(signal: AbortSignal, work: () => Promise<T>): Promise<T> {
    await this.#fence.recheck(signal);
    // A new store has no entry yet by which the fence would notice that its disk is gone.
    const isGone =
      this.#hasIdentity && (await this.#store.stat(this.#key("archive.json"), signal)) === undefined;
    if (isGone) throw sinkLost(this.name, "no archive.json", "the one that was there");
    try {
      return await work();
    } catch (error) {
      if (!isDaybookError(error, "SINK_CONFLICT")) throw error;
      // Another writer's entries say more than the one object that was in the way.
      await this.#fence.check(signal);
      throw new DaybookError("SINK_CONFLICT", { message: error.message, hint: IN_THE_WAY, cause: error });
    }
  }

  /** The store has lost what it had: everything is put again. */
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

  /** Entries that need not be sent: all but the newest that the store holds, which is sent again to be compared. */
  async #heldEntries(signal: AbortSignal): Promise<number> {
    let held = 0;
    for await (const key of this.#store.list(this.#key("ledger/"), signal)) {
      // The first hole ends what counts as held: everything from there is sent, and compared where it exists.
      if (key === this.#key(entryPath(held))) held += 1;
    }
    return Math.max(0, held - 1);
  }

  async #describingFiles(signal: AbortSignal): Promise<readonly string[]> {
    const paths = [...FIXED_FILES];
    for await (const path of this.#archive.list("keys/", signal)) paths.push(path);
    return paths;
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
    // The one object that is replaced: not an older head over that of another writer who came meanwhile.
    await this.#fence.recheck(signal);
    await this.#store.replace(this.#key("head"), bodyOf(bytes), expected, signal);
    await this.#readBack(this.#key("head"), expected, signal);
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
    await this.#readBack(this.#key(path), expected, signal);
  }

  async #put(path: string, expected: Expected, source: ArchiveSource, signal: AbortSignal): Promise<void> {
    const body = await openFile(source, path, signal);
    if (body === undefined) return raise(missing(path));
    await this.#store.putNew(this.#key(path), body, expected, signal);
    await this.#readBack(this.#key(path), expected, signal);
  }

  async #readSmall(path: string, source: ArchiveSource, signal: AbortSignal): Promise<Uint8Array> {
    return (await readSmall(source, path, LIMITS.manifest, signal)) ?? raise(missing(path));
  }

  /** A store may say that it took an object and not have it: its own record of it decides, or the bytes themselves. */
  async #readBack(key: string, expected: Expected, signal: AbortSignal): Promise<void> {
    const found = await this.#store.stat(key, signal);
    if (found === undefined) throw notKept(key, "the object", "none");
    if (found.bytes !== expected.bytes) throw notKept(key, `${expected.bytes} bytes`, `${found.bytes}`);
    const { retainUntil } = expected;
    if (retainUntil !== undefined && found.retainUntil !== undefined && found.retainUntil < retainUntil) {
      throw notKept(key, `retention until ${retainUntil}`, `until ${found.retainUntil}`);
    }
    if (found.sha256 === expected.sha256) return;
    if (found.sha256 !== undefined) throw notKept(key, `sha256 ${expected.sha256}`, found.sha256);
    const body = await this.#store.get(key, signal);
    for await (const piece of expectedBody(body, expected, signal)) void piece;
  }

  #key(path: string): string {
    return `${this.#tenant}/${path}`;
  }
}

function notKept(key: string, expected: string, found: string): DaybookError {
  return new DaybookError("SINK_MISMATCH", {
    message: `${key}: read back: expected ${expected}, found ${found}`,
  });
}
