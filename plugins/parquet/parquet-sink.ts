import { join } from "node:path";
import { DaybookError, isDaybookError, parseUtcDay } from "daybook/plugin";
import type { Batch, DayInLake, ObjectStore, Receipt, RemovalReceipt, Sink, UtcDay } from "daybook/plugin";
import { requireNoLine } from "./day-file.js";
import type { DayFiles } from "./day-files.js";
import { markerOf, readMarker, writeMarker } from "./day-marker.js";
import type { DayMarker } from "./day-marker.js";
import { requireNoTable } from "./layout.js";
import { requireNotNewer } from "./not-newer.js";
import { removeObject } from "./small-object.js";

export interface ParquetSinkOptions {
  readonly store: ObjectStore;
  readonly days: DayFiles;
  /** The key of the tenant's folder, without a slash at the end. */
  readonly folder: string;
}

interface DayKeys {
  readonly file: string;
  /** Query engines skip names that start with an underscore. */
  readonly marker: string;
}

/**
 * Each day as one Parquet file, replaced as a whole, with a marker beside it that says which revision it is. A query sees
 * the file alone: the old one or the new one. The marker is written after the file, so that it never names a file that is
 * not there. For an empty day the marker is written first and the old file removed after it: without a file, only the marker
 * distinguishes an empty day from one never written. After an interruption, the same delivery completes either.
 */
export class ParquetSink implements Sink {
  readonly #store: ObjectStore;
  readonly #days: DayFiles;
  readonly #folder: string;
  /** Only where the store can be looked at. */
  readonly look?: NonNullable<Sink["look"]>;
  readonly lakeDays?: NonNullable<Sink["lakeDays"]>;

  constructor({ store, days, folder }: ParquetSinkOptions) {
    this.#store = store;
    this.#days = days;
    this.#folder = folder;
    const root = store.folder;
    if (root !== undefined) this.lakeDays = (signal) => this.#lakeDays(root, signal);
    const look = days.look?.bind(days);
    if (look === undefined) return;
    this.look = async (signal) => {
      const note = await look(signal);
      await requireNoTable(store, folder, signal);
      return note;
    };
  }

  async check(signal: AbortSignal): Promise<void> {
    await this.#days.check(signal);
    await requireNoTable(this.#store, this.#folder, signal);
  }

  async write(batch: Batch, signal: AbortSignal): Promise<Receipt> {
    const keys = this.#keysOf(batch.day);
    const location = batch.records === 0 ? keys.marker : keys.file;
    const stored = await readMarker(this.#store, keys.marker, signal);
    if (stored !== undefined)
      requireNotNewer({ revision: stored.revision, manifestSha256: stored.manifest_sha256 }, batch);
    if (stored?.revision !== batch.revision || !(await this.#stands(stored, keys, signal))) {
      await (batch.records === 0
        ? this.#writeEmpty(batch, keys, signal)
        : this.#writeFile(batch, keys, signal));
    }
    return { records: batch.records, location };
  }

  async *read(day: UtcDay, signal: AbortSignal): AsyncGenerator<string> {
    const keys = this.#keysOf(day);
    if (await this.#isEmpty(keys, signal)) return;
    try {
      yield* this.#days.read(keys.file, signal);
    } catch (error) {
      // It became an empty day meanwhile.
      if (isDaybookError(error, "SINK_NOT_FOUND") && (await this.#isEmpty(keys, signal))) return;
      throw error;
    }
  }

  async remove(day: UtcDay, signal: AbortSignal): Promise<RemovalReceipt> {
    const { file, marker } = this.#keysOf(day);
    // The events go first, so that nothing personal is left when this stops half-way.
    const removed =
      (await removeObject(this.#store, file, signal)) + (await removeObject(this.#store, marker, signal));
    if (removed > 0) return { removed };
    throw new DaybookError("SINK_NOT_FOUND", { message: `${day}: expected ${file}, found none` });
  }

  async close(): Promise<void> {
    await this.#store.close();
  }

  async #lakeDays(root: string, signal: AbortSignal): Promise<readonly DayInLake[]> {
    const found: DayInLake[] = [];
    for await (const key of this.#store.list(`${this.#folder}/date=`, signal)) {
      const day = parseUtcDay(/\/date=([^/]+)\/_day\.json$/.exec(key)?.[1] ?? "");
      const marker = day === undefined ? undefined : await readMarker(this.#store, key, signal);
      if (day === undefined || marker === undefined || marker.file === null) continue;
      const { revision, manifest_sha256: manifestSha256 } = marker;
      found.push({ day, revision, manifestSha256, path: join(root, this.#keysOf(day).file) });
    }
    return found;
  }

  #keysOf(day: UtcDay): DayKeys {
    const folder = `${this.#folder}/date=${day}`;
    return { file: `${folder}/events.parquet`, marker: `${folder}/_day.json` };
  }

  /** Whether the store has what the marker says; it has not when a delivery stopped half-way. */
  async #stands(stored: DayMarker, { file }: DayKeys, signal: AbortSignal): Promise<boolean> {
    if (stored.file !== null) return this.#days.stands(file, stored.file, signal);
    return (await this.#store.stat(file, signal)) === undefined;
  }

  async #writeEmpty(batch: Batch, keys: DayKeys, signal: AbortSignal): Promise<void> {
    await requireNoLine(batch, signal);
    await writeMarker(this.#store, keys.marker, markerOf(batch, null), signal);
    await removeObject(this.#store, keys.file, signal);
  }

  async #writeFile(batch: Batch, keys: DayKeys, signal: AbortSignal): Promise<void> {
    await this.#days.make(batch, signal, async ({ file }, body) => {
      await this.#store.replace(keys.file, body, file, signal);
      await writeMarker(this.#store, keys.marker, markerOf(batch, file), signal);
    });
  }

  async #isEmpty({ marker }: DayKeys, signal: AbortSignal): Promise<boolean> {
    return (await readMarker(this.#store, marker, signal))?.file === null;
  }
}
