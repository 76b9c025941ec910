import type { HeldDays } from "../archive/held-days.js";
import { recordsOf } from "../archive/sealed-package.js";
import { DaybookError, isDaybookError } from "../model/errors.js";
import type { Manifest } from "../model/manifest.js";
import { eachDay } from "../model/utc-day.js";
import type { DayRange, UtcDay } from "../model/utc-day.js";
import type { DayInLake } from "../plugin/types.js";
import type { QueryDatabase } from "./database.js";
import type { DayFacts } from "./day-table.js";

/** An archive that queries read. */
export interface QueriedArchive {
  /** As in the column `tenant`. */
  readonly tenant: string;
  readonly held: HeldDays;
  /** The days of a lake: where one shows the newest revision, it is read instead of the record lines. */
  readonly lake?: readonly DayInLake[];
}

/** Before each day: how many were read, of how many. */
export type LoadProgress = (done: number, total: number, day: UtcDay) => void;

/**
 * Adds the days of `range` to the tables, of each its newest revision, one day in memory at a time. Rejects with
 * ARCHIVE_DAMAGED when a byte is not as the ledger and the manifest have it: no answer is made of it then.
 */
export async function loadArchive(
  database: QueryDatabase,
  archive: QueriedArchive,
  { range, progress }: { readonly range: DayRange; readonly progress: LoadProgress },
  signal: AbortSignal,
): Promise<readonly DayFacts[]> {
  const days = eachDay(range.from, range.to).filter((day) => archive.held.stateOf(day) !== "before");
  const facts: DayFacts[] = [];
  for (const [done, day] of days.entries()) {
    signal.throwIfAborted();
    progress(done, days.length, day);
    facts.push(await loadDay(database, archive, day).catch((error: unknown) => raiseOf(day, error)));
  }
  await database.addDays(facts);
  return facts;
}

/** A file that does not decompress says so without its name. */
function raiseOf(day: UtcDay, error: unknown): never {
  if (!isDaybookError(error, "ARCHIVE_DAMAGED")) throw error;
  throw new DaybookError("ARCHIVE_DAMAGED", { message: `${day}: ${error.message}`, cause: error });
}

async function loadDay(
  database: QueryDatabase,
  { tenant, held, lake = [] }: QueriedArchive,
  day: UtcDay,
): Promise<DayFacts> {
  const about = { tenant, day, state: held.stateOf(day), ...held.notesOf(day) };
  const sealed = held.newest.get(day);
  if (sealed === undefined) return about;
  const { manifest, files } = await held.read(sealed);
  const { revision } = manifest;
  const { manifestSha256 } = sealed;
  const file = lake.find((one) => one.day === day && one.manifestSha256 === manifestSha256);
  if (file !== undefined) database.addLakeFile(file.path);
  else if (recordsOf(manifest) > 0)
    await database.addEvents({ tenant, day, revision, blocks: files.recordBlocks() });
  return { ...about, held: heldOf(manifest) };
}

function heldOf(manifest: Manifest): NonNullable<DayFacts["held"]> {
  const { conflicting_ids, missing_ids, carried, outside_window } = manifest.completeness;
  const { revision } = manifest;
  return { revision, records: recordsOf(manifest), conflicting_ids, missing_ids, carried, outside_window };
}
