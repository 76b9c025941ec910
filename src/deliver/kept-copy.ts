import { CLOSING_FILES, MANIFEST, SIGNATURE } from "../archive/layout.js";
import { isAbsence } from "../archive/source.js";
import type { ArchiveSource } from "../archive/source.js";
import { readManifest } from "../archive/sealed-package.js";
import type { SealedDay } from "../archive/sealed-package.js";
import { DaybookError } from "../model/errors.js";
import { packagePath } from "../model/manifest.js";
import type { Manifest } from "../model/manifest.js";
import { parseUtcDay } from "../model/utc-day.js";
import type { UtcDay } from "../model/utc-day.js";
import { FOREVER } from "../model/keep.js";
import { addToDay, parseDuration } from "../model/duration.js";
import type { ObjectStat, ObjectStore } from "../plugin/types.js";

/** What protects a day package in a record sink, as the store itself says now: the weakest of its objects. */
export interface Protection {
  readonly objects: number;
  /** The earliest end of a lock; undefined when an object has none. */
  readonly lockUntil?: UtcDay | undefined;
  /** The latest end of a lock; undefined without one. */
  readonly lastLock?: UtcDay | undefined;
  /** Whether every object is held. */
  readonly isHeld: boolean;
  /** Whether an object is held. */
  readonly hasHold: boolean;
}

/** What the archive promises for a day that is delivered now. */
export interface DayPromise {
  readonly retainUntil: UtcDay;
  readonly isHeld: boolean;
}

/** What was removed of a day package. */
export interface Removed {
  readonly objects: number;
  readonly versions: number;
  readonly bytes: number;
  readonly note: string;
}

/** A file of a package as the store names it. */
interface StoredFile {
  readonly key: string;
  /** Bytes by the manifest; 0 for the files that it does not list. */
  readonly size: number;
}

/** S3 locks nothing for longer than a hundred years. */
const MAX_LOCK = parseDuration("99y");

/** The day until which a store is asked to lock: for what is kept for ever, as long as a store can. */
export function lockDay(retainUntil: UtcDay, today: UtcDay): UtcDay {
  return retainUntil === FOREVER && MAX_LOCK !== undefined ? addToDay(today, MAX_LOCK) : retainUntil;
}

/** One copy of a day package in a record sink: its locks, its holds, its end. The store is guarded. */
export class KeptCopy {
  readonly #store: ObjectStore;
  readonly #tenant: string;
  /** The archive as the store gives it back. */
  readonly #source: ArchiveSource;

  constructor(store: ObjectStore, tenant: string, source: ArchiveSource) {
    this.#store = store;
    this.#tenant = tenant;
    this.#source = source;
  }

  /** Whether the store keeps holds. */
  get canHold(): boolean {
    return this.#store.setHold !== undefined;
  }

  /** Whether the store keeps locks with a date. */
  get canLock(): boolean {
    return this.#store.extendRetention !== undefined;
  }

  /** Sets or releases the hold on every object, and reads back. Returns how many. SINK_MISMATCH when the store does not do it. */
  async hold(sealed: SealedDay, on: boolean, signal: AbortSignal): Promise<number> {
    return this.#setHold(await this.#keys(sealed, signal), on, signal);
  }

  /** The same for what is still there of a package whose removal has begun. */
  async holdRemaining(sealed: SealedDay, on: boolean, signal: AbortSignal): Promise<number> {
    const left = [];
    for (const one of await this.#keys(sealed, signal))
      if ((await this.#store.stat(one.key, signal)) !== undefined) left.push(one);
    return this.#setHold(left, on, signal);
  }

  async #setHold(keys: readonly StoredFile[], on: boolean, signal: AbortSignal): Promise<number> {
    for (const { key } of keys) {
      await this.#store.setHold?.(key, on, signal);
      // A store may leave out `hold` where there is none.
      const found = (await this.#store.stat(key, signal))?.hold === true;
      if (found !== on) throw notKept(key, on ? "a legal hold" : "no legal hold", found ? "one" : "none");
    }
    return keys.length;
  }

  /** Lengthens the lock of every object, and reads back. SINK_MISMATCH when one is still shorter. */
  async extend(sealed: SealedDay, until: UtcDay, signal: AbortSignal): Promise<void> {
    for (const { key } of await this.#keys(sealed, signal)) {
      await this.#store.extendRetention?.(key, until, signal);
      const found = (await this.#store.stat(key, signal))?.retainUntil;
      if (found === undefined || found < until) throw notKept(key, `a lock until ${until}`, found ?? "none");
    }
  }

  /** Undefined when the store does not hold the package. */
  async protection(sealed: SealedDay, signal: AbortSignal): Promise<Protection | undefined> {
    const keys = await this.#keys(sealed, signal);
    const stats = await this.#stats(keys, signal);
    return stats.length < keys.length ? undefined : protectionOf(stats);
  }

  /** The same for what is still there of a package whose removal has begun. `manifest`: the archive's own. */
  async remaining(sealed: SealedDay, manifest: Manifest, signal: AbortSignal): Promise<Protection> {
    return protectionOf(await this.#stats(this.#content(sealed, manifest), signal));
  }

  /**
   * Removes the content that the archive's own manifest lists: pages, record lines, page ledger and sums, with all their versions,
   * also of a package that was never sent to its end. Manifest and signature stay. What is gone already is passed over, so that
   * an interrupted removal goes on. SINK_REFUSED while something is locked or held; while an object is held, nothing of the
   * package goes.
   */
  async removeContent(sealed: SealedDay, manifest: Manifest, signal: AbortSignal): Promise<Removed> {
    let [objects, versions, bytes] = [0, 0, 0];
    const notes = new Set<string>();
    const content = this.#content(sealed, manifest);
    requireNoHold(sealed, protectionOf(await this.#stats(content, signal)));
    for (const { key, size } of content) {
      try {
        const receipt = await this.#store.remove(key, signal);
        objects += 1;
        versions += receipt.versions ?? receipt.removed;
        bytes += size;
        if (receipt.note !== undefined) notes.add(receipt.note);
      } catch (error) {
        if (!isAbsence(error)) throw error;
      }
      if ((await this.#store.stat(key, signal)) !== undefined) throw notKept(key, "nothing", "the object");
    }
    return { objects, versions, bytes, note: [...notes].join("; ") };
  }

  /** Of the objects that are there. */
  async #stats(
    keys: readonly { readonly key: string }[],
    signal: AbortSignal,
  ): Promise<readonly ObjectStat[]> {
    const stats = [];
    for (const { key } of keys) stats.push(await this.#store.stat(key, signal));
    return stats.filter((stat) => stat !== undefined);
  }

  #content(sealed: SealedDay, manifest: Manifest): readonly StoredFile[] {
    const stays = new Set([MANIFEST, SIGNATURE]);
    return this.#named(sealed, manifest).filter(({ key }) => !stays.has(key.split("/").at(-1) ?? ""));
  }

  /** Every object of the package. The manifest is read from the sink itself: that is the copy in question. */
  async #keys(sealed: SealedDay, signal: AbortSignal): Promise<readonly StoredFile[]> {
    return this.#named(sealed, await readManifest(this.#source, sealed, signal));
  }

  #named({ day, revision }: SealedDay, { files }: Manifest): readonly StoredFile[] {
    const folder = `${this.#tenant}/${packagePath(day, revision)}`;
    return [
      ...files.map(({ path, bytes }) => ({ key: `${folder}/${path}`, size: bytes })),
      ...CLOSING_FILES.map((path) => ({ key: `${folder}/${path}`, size: 0 })),
    ];
  }
}

function protectionOf(stats: readonly ObjectStat[]): Protection {
  const locks = stats.map(({ retainUntil }) => retainUntil ?? "").toSorted();
  const holds = stats.filter(({ hold }) => hold === true).length;
  return {
    objects: stats.length,
    lockUntil: lockOf(locks[0]),
    lastLock: lockOf(locks.at(-1)),
    isHeld: stats.length > 0 && holds === stats.length,
    hasHold: holds > 0,
  };
}

function requireNoHold({ day, revision }: SealedDay, { hasHold }: Protection): void {
  if (!hasHold) return;
  throw new DaybookError("SINK_REFUSED", {
    message: `${day} r${revision}: removal: expected no legal hold, found one on an object of the day`,
    hint: "it was not set by a hold of Daybook that stands; who set it in the store lifts it there",
    lock: { hold: true },
  });
}

function lockOf(text: string | undefined): UtcDay | undefined {
  return text === undefined ? undefined : parseUtcDay(text);
}

/** SINK_MISMATCH: the store does not have what it accepted. */
export function notKept(key: string, expected: string, found: string): DaybookError {
  return new DaybookError("SINK_MISMATCH", {
    message: `${key}: read back: expected ${expected}, found ${found}`,
  });
}
