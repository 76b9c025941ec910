import { DaybookError, isDaybookError } from "daybook/plugin";
import type { Batch, Files, ObjectStore, Receipt, RemovalReceipt, Sink, UtcDay } from "daybook/plugin";
import { requireNoLine, writeDayFile } from "./day-file.js";
import { markerOf, readMarker, writeMarker } from "./day-marker.js";
import type { DayMarker } from "./day-marker.js";
import { openEngine } from "./engine.js";
import type { EngineName } from "./engine.js";
import { ForwardFile } from "./forward-file.js";
import { readEvents } from "./read-events.js";
import { WorkFolder } from "./work-folder.js";

export interface ParquetSinkOptions {
  readonly store: ObjectStore;
  readonly files: Files;
  readonly tenant: string;
  readonly engine: EngineName;
  /** Absolute path of the folder for unfinished files. */
  readonly work: string;
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
  readonly #options: ParquetSinkOptions;
  readonly #store: ObjectStore;
  readonly #work: WorkFolder;
  /** Only where the store can be looked at. */
  readonly look?: NonNullable<Sink["look"]>;

  constructor(options: ParquetSinkOptions) {
    this.#options = options;
    this.#store = options.store;
    this.#work = new WorkFolder(options.files, options.work);
    const lookAtStore = options.store.look?.bind(options.store);
    if (lookAtStore === undefined) return;
    this.look = async (signal) => {
      await openEngine(this.#options.engine, {});
      const notes = [await this.#work.look(), await lookAtStore(signal)].filter((note) => note !== undefined);
      return notes.length === 0 ? undefined : notes.join("; ");
    };
  }

  async check(signal: AbortSignal): Promise<void> {
    await openEngine(this.#options.engine, {});
    await this.#work.check();
    await this.#store.check(signal);
  }

  async write(batch: Batch, signal: AbortSignal): Promise<Receipt> {
    const keys = this.#keysOf(batch.day);
    const location = batch.records === 0 ? keys.marker : keys.file;
    const stored = await readMarker(this.#store, keys.marker, signal);
    if (stored !== undefined) requireNotNewer(stored, batch);
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
    const path = await this.#work.newPath();
    try {
      const bytes = await this.#fetchFile(keys, path, signal);
      if (bytes !== undefined) yield* this.#readLines(path, bytes, signal);
    } finally {
      await this.#work.remove(path);
    }
  }

  async remove(day: UtcDay, signal: AbortSignal): Promise<RemovalReceipt> {
    const { file, marker } = this.#keysOf(day);
    // The events go first, so that nothing personal is left when this stops half-way.
    const removed = (await this.#removeObject(file, signal)) + (await this.#removeObject(marker, signal));
    if (removed > 0) return { removed };
    throw new DaybookError("SINK_NOT_FOUND", { message: `${day}: expected ${file}, found none` });
  }

  async close(): Promise<void> {
    await this.#store.close();
  }

  #keysOf(day: UtcDay): DayKeys {
    const folder = `tenant=${this.#options.tenant}/date=${day}`;
    return { file: `${folder}/events.parquet`, marker: `${folder}/_day.json` };
  }

  /** Whether the store has what the marker says; it has not when a delivery stopped half-way. */
  async #stands(stored: DayMarker, { file }: DayKeys, signal: AbortSignal): Promise<boolean> {
    const found = await this.#store.stat(file, signal);
    if (stored.file === null || found === undefined) return stored.file === null && found === undefined;
    return found.bytes === stored.file.bytes && (found.sha256 ?? stored.file.sha256) === stored.file.sha256;
  }

  async #writeEmpty(batch: Batch, keys: DayKeys, signal: AbortSignal): Promise<void> {
    await requireNoLine(batch, signal);
    await writeMarker(this.#store, keys.marker, markerOf(batch, null), signal);
    await this.#removeObject(keys.file, signal);
  }

  async #writeFile(batch: Batch, keys: DayKeys, signal: AbortSignal): Promise<void> {
    const { files, engine } = this.#options;
    const path = await this.#work.newPath();
    try {
      const file = await writeDayFile(batch, { engine, files, path }, signal);
      const body = { [Symbol.asyncIterator]: () => files.stream(path)[Symbol.asyncIterator]() };
      await this.#store.replace(keys.file, body, file, signal);
      await writeMarker(this.#store, keys.marker, markerOf(batch, file), signal);
    } finally {
      await this.#work.remove(path);
    }
  }

  async #isEmpty({ marker }: DayKeys, signal: AbortSignal): Promise<boolean> {
    return (await readMarker(this.#store, marker, signal))?.file === null;
  }

  /** Copies the day's file to `path`; undefined when the day became an empty one meanwhile. */
  async #fetchFile(keys: DayKeys, path: string, signal: AbortSignal): Promise<number | undefined> {
    try {
      return await this.#work.copy(await this.#store.get(keys.file, signal), path, signal);
    } catch (error) {
      if (isDaybookError(error, "SINK_NOT_FOUND") && (await this.#isEmpty(keys, signal))) return undefined;
      throw error;
    }
  }

  async *#readLines(path: string, bytes: number, signal: AbortSignal): AsyncGenerator<string> {
    const file = new ForwardFile(this.#options.files, path, bytes);
    try {
      for await (const line of readEvents(file)) {
        signal.throwIfAborted();
        yield line;
      }
    } finally {
      await file.close();
    }
  }

  /** The number of removed objects: 1, or 0 when there was none. */
  async #removeObject(key: string, signal: AbortSignal): Promise<number> {
    try {
      return (await this.#store.remove(key, signal)).removed;
    } catch (error) {
      if (isDaybookError(error, "SINK_NOT_FOUND")) return 0;
      throw error;
    }
  }
}

function requireNotNewer(stored: DayMarker, { day, revision, manifestSha256 }: Batch): void {
  const isSame = stored.revision === revision && stored.manifest_sha256 === manifestSha256;
  if (stored.revision < revision || isSame) return;
  throw new DaybookError("SINK_CONFLICT", {
    message: `${day}: expected revision ${revision} of manifest ${manifestSha256} to follow what stands, found revision ${stored.revision} of ${stored.manifest_sha256}`,
  });
}
