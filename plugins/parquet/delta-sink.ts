import { randomUUID } from "node:crypto";
import { join } from "node:path";
import { DAY_MS, DaybookError, parseUtcDay } from "daybook/plugin";
import type {
  Batch,
  Clock,
  DayInLake,
  ObjectStore,
  Receipt,
  RemovalReceipt,
  Sink,
  UtcDay,
} from "daybook/plugin";
import type { DayFile } from "./day-file.js";
import type { DayFiles } from "./day-files.js";
import type { Action, AddFile, RemoveFile } from "./delta-actions.js";
import { DeltaLog } from "./delta-log.js";
import type { Commit } from "./delta-log.js";
import { PARTITION, schemaString } from "./delta-schema.js";
import { MANIFEST_TAG, PROTOCOL, REVISION_TAG } from "./delta-state.js";
import type { TableState } from "./delta-state.js";
import { requireNoPlainDays } from "./layout.js";
import { requireNotNewer } from "./not-newer.js";
import { removeObject } from "./small-object.js";
import { TIME_COLUMN } from "./time-bounds.js";
import type { TimeBounds } from "./time-bounds.js";

export interface DeltaSinkOptions {
  readonly store: ObjectStore;
  readonly days: DayFiles;
  readonly clock: Clock;
  /** The key of the table's folder, without a slash at the end. */
  readonly folder: string;
}

/** Readers may still look at the table as it was: the protocol's own time for files that are removed from it. */
const REPLACED_KEPT_MS = 7 * DAY_MS;

/**
 * A Delta table with one file for each day, an empty day's too, so that the log alone says which revision of which day the
 * table shows. A revision gets a file of a new name; one commit adds it and removes the day's last. A file is named after
 * its content: the same delivery again finds it there, or puts the same bytes into its place.
 */
export class DeltaSink implements Sink {
  readonly #store: ObjectStore;
  readonly #days: DayFiles;
  readonly #clock: Clock;
  readonly #folder: string;
  readonly #log: DeltaLog;
  /** Only where the store can be looked at. */
  readonly look?: NonNullable<Sink["look"]>;
  readonly lakeDays?: NonNullable<Sink["lakeDays"]>;

  constructor({ store, days, clock, folder }: DeltaSinkOptions) {
    this.#store = store;
    this.#days = days;
    this.#clock = clock;
    this.#folder = folder;
    const root = store.folder;
    if (root !== undefined) this.lakeDays = (signal) => this.#lakeDays(root, signal);
    this.#log = new DeltaLog(store, clock, folder);
    const look = days.look?.bind(days);
    if (look === undefined) return;
    this.look = async (signal) => {
      const note = await look(signal);
      await this.#requirePlace(await this.#log.current(signal), signal);
      return note;
    };
  }

  async check(signal: AbortSignal): Promise<void> {
    await this.#days.check(signal);
    await this.#requirePlace(await this.#log.current(signal), signal);
  }

  async write(batch: Batch, signal: AbortSignal): Promise<Receipt> {
    const { records, day } = batch;
    const state = await this.#log.current(signal);
    const held = state.fileOf(day);
    if (held !== undefined && (await this.#holds(held, batch, signal)))
      return { records, location: this.#keyOf(held) };
    await this.#requirePlace(state, signal);
    let location = "";
    await this.#days.make(batch, signal, async (made, body) => {
      const add = addOf(batch, made, this.#clock.now());
      location = this.#keyOf(add);
      const put = (): Promise<void> => this.#store.replace(location, body, made.file, signal);
      await put();
      await this.#log.change(async (newest) => {
        // Another delivery that came first may have taken the file for a leftover.
        if (newest.version > state.version && !(await this.#days.stands(location, made.file, signal)))
          await put();
        return this.#replacing(newest, batch, add);
      }, signal);
    });
    await this.#sweep(day, signal);
    return { records, location };
  }

  async *read(day: UtcDay, signal: AbortSignal): AsyncGenerator<string> {
    const held = (await this.#log.current(signal)).fileOf(day);
    if (held === undefined) throw this.#lacking(day);
    yield* this.#days.read(this.#keyOf(held), signal);
  }

  /** The log goes first, so that no reader looks for a file that is gone; then every file of the day, whatever it was. */
  async remove(day: UtcDay, signal: AbortSignal): Promise<RemovalReceipt> {
    let wasHeld = false;
    await this.#log.change((state) => {
      const held = state.fileOf(day);
      if (held === undefined) return undefined;
      wasHeld = true;
      return {
        info: { operation: "DELETE", operationParameters: { predicate: predicateOf(day) } },
        actions: [{ remove: this.#removeOf(held) }],
      };
    }, signal);
    let removed = 0;
    for await (const key of this.#store.list(this.#folderOf(day), signal))
      removed += await removeObject(this.#store, key, signal);
    if (!wasHeld && removed === 0) throw this.#lacking(day);
    return { removed };
  }

  async close(): Promise<void> {
    await this.#store.close();
  }

  async #lakeDays(root: string, signal: AbortSignal): Promise<readonly DayInLake[]> {
    const { files } = await this.#log.current(signal);
    return files.flatMap((file) => {
      const day = parseUtcDay(file.partitionValues[PARTITION] ?? "");
      if (day === undefined) return [];
      return [{ day, ...revisionOf(file), path: join(root, this.#keyOf(file)) }];
    });
  }

  /** Whether the table shows this batch already, from a file that stands. SINK_CONFLICT when it shows a later revision. */
  async #holds(held: AddFile, batch: Batch, signal: AbortSignal): Promise<boolean> {
    const stored = revisionOf(held);
    requireNotNewer(stored, batch);
    if (stored.revision !== batch.revision) return false;
    const file = { bytes: held.size, sha256: held.tags?.[FILE_TAG] ?? "" };
    return this.#days.stands(this.#keyOf(held), file, signal);
  }

  /** The commit that makes the table show the file alone of its day; none when it does. */
  #replacing(state: TableState, batch: Batch, add: AddFile): Commit | undefined {
    const held = state.fileOf(batch.day);
    const { day, revision, manifestSha256 } = batch;
    if (held !== undefined) {
      const stored = revisionOf(held);
      requireNotNewer(stored, batch);
      if (held.path === add.path && stored.revision === revision) return undefined;
    }
    const isOther = held !== undefined && held.path !== add.path;
    return {
      info: {
        operation: "WRITE",
        operationParameters: {
          mode: "Overwrite",
          predicate: predicateOf(day),
          revision: String(revision),
          manifestSha256,
        },
      },
      actions: [
        ...this.#tableActions(state),
        { txn: { appId: `daybook/${day}`, version: revision, lastUpdated: this.#clock.now() } },
        ...(isOther ? [{ remove: this.#removeOf(held) }] : []),
        { add },
      ],
    };
  }

  /** What makes the table, or adds the columns that it lacks. */
  #tableActions({ metaData }: TableState): readonly Action[] {
    const schema = schemaString(metaData?.schemaString);
    if (metaData?.schemaString === schema) return [];
    if (metaData !== undefined) return [{ metaData: { ...metaData, schemaString: schema } }];
    const made = {
      id: randomUUID(),
      format: { provider: "parquet", options: {} },
      schemaString: schema,
      partitionColumns: [PARTITION],
      configuration: {},
      createdTime: this.#clock.now(),
    };
    return [{ protocol: PROTOCOL }, { metaData: made }];
  }

  /** Removes what a delivery of this day left behind, and files that were replaced long enough ago. */
  async #sweep(day: UtcDay, signal: AbortSignal): Promise<void> {
    const state = await this.#log.current(signal);
    const until = this.#clock.now() - REPLACED_KEPT_MS;
    for (const { path, deletionTimestamp } of state.tombstones) {
      if ((deletionTimestamp ?? 0) > until) continue;
      await removeObject(this.#store, `${this.#folder}/${path}`, signal);
      state.forget(path);
    }
    const known = new Set([...state.files, ...state.tombstones].map((file) => this.#keyOf(file)));
    for await (const key of this.#store.list(this.#folderOf(day), signal))
      if (!known.has(key)) await removeObject(this.#store, key, signal);
  }

  /** SINK_CONFLICT when the place has days of the other layout. */
  async #requirePlace({ version }: TableState, signal: AbortSignal): Promise<void> {
    if (version < 0) await requireNoPlainDays(this.#store, this.#folder, signal);
  }

  #removeOf({ path, partitionValues, size }: AddFile): RemoveFile {
    const deletionTimestamp = this.#clock.now();
    return { path, deletionTimestamp, dataChange: true, extendedFileMetadata: true, partitionValues, size };
  }

  #keyOf({ path }: { readonly path: string }): string {
    return `${this.#folder}/${path}`;
  }

  #folderOf(day: UtcDay): string {
    return `${this.#folder}/${PARTITION}=${day}/`;
  }

  #lacking(day: UtcDay): DaybookError {
    return new DaybookError("SINK_NOT_FOUND", { message: `${this.#folder}: expected ${day}, found none` });
  }
}

const FILE_TAG = "daybook.file_sha256";

/** What the file shows of its day; the state has let no file without it pass. */
function revisionOf({ tags }: AddFile): Pick<Batch, "revision" | "manifestSha256"> {
  return { revision: Number(tags?.[REVISION_TAG]), manifestSha256: tags?.[MANIFEST_TAG] ?? "" };
}

/** Everything in the name is safe in a URI, so that the path is the key. */
function addOf(batch: Batch, { file, times }: DayFile, now: number): AddFile {
  const { day, revision, records, manifestSha256, eventSetSha256 } = batch;
  return {
    path: `${PARTITION}=${day}/r${revision}-${file.sha256.slice(0, 32)}.parquet`,
    partitionValues: { [PARTITION]: day },
    size: file.bytes,
    modificationTime: now,
    dataChange: true,
    stats: JSON.stringify(statsOf(records, times)),
    tags: {
      [REVISION_TAG]: String(revision),
      [MANIFEST_TAG]: manifestSha256,
      "daybook.event_set_sha256": eventSetSha256,
      [FILE_TAG]: file.sha256,
    },
  };
}

/** Of the times alone: what else the log kept, such as names, would stay after the day is destroyed. */
function statsOf(numRecords: number, { min, max, nulls }: TimeBounds): object {
  if (numRecords === nulls) return { numRecords, nullCount: { [TIME_COLUMN]: nulls } };
  return {
    numRecords,
    // The protocol has milliseconds here: the bounds are made wider, never narrower.
    tightBounds: false,
    minValues: { [TIME_COLUMN]: new Date(Math.floor(min / 1000)).toISOString() },
    maxValues: { [TIME_COLUMN]: new Date(Math.ceil(max / 1000)).toISOString() },
    nullCount: { [TIME_COLUMN]: nulls },
  };
}

function predicateOf(day: UtcDay): string {
  return `["${PARTITION} = '${day}'"]`;
}
