import { PackageFiles } from "../archive/package-files.js";
import { readManifest, recordsOf } from "../archive/sealed-package.js";
import type { ArchiveSource } from "../archive/source.js";
import { isDisposed } from "../ledger/day-index.js";
import type { DayIndex, DayRecord } from "../ledger/day-index.js";
import { DaybookError, isDaybookError } from "../model/errors.js";
import type { DayState } from "../model/day-state.js";
import type { Manifest } from "../model/manifest.js";
import { eachDay } from "../model/utc-day.js";
import type { DayRange, UtcDay } from "../model/utc-day.js";
import type { QueryDatabase } from "./database.js";
import type { DayFacts } from "./day-table.js";

/** An archive that queries read: its ledger, and where its packages are. */
export interface QueriedArchive {
  readonly tenant: string;
  readonly index: DayIndex;
  readonly stateOf: (day: UtcDay) => DayState;
  /** The days that it could have. */
  readonly range: DayRange;
  readonly packageSource: (day: UtcDay, revision: number) => Promise<ArchiveSource>;
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
  const days = eachDay(range.from, range.to).filter((day) => archive.stateOf(day) !== "before");
  const facts: DayFacts[] = [];
  for (const [done, day] of days.entries()) {
    signal.throwIfAborted();
    progress(done, days.length, day);
    facts.push(await loadDay(database, archive, day, signal).catch((error: unknown) => raiseOf(day, error)));
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
  { tenant, index, stateOf, packageSource }: QueriedArchive,
  day: UtcDay,
  signal: AbortSignal,
): Promise<DayFacts> {
  const record = index.days.get(day);
  const oddities = [...new Set(record?.incidents?.map(({ code }) => code))];
  const about = { tenant, day, state: stateOf(day), oddities };
  const newest = record?.revisions.at(-1);
  if (record === undefined || newest === undefined || record.disposing !== undefined)
    return { ...about, ...explained(record) };
  const { revision, manifestSha256 } = newest;
  const source = await packageSource(day, revision);
  const manifest = await readManifest(source, { day, revision, manifestSha256 }, signal);
  const blocks = new PackageFiles(source, manifest, signal).recordBlocks();
  if (recordsOf(manifest) > 0) await database.addEvents({ tenant, day, revision, blocks });
  return { ...about, held: heldOf(manifest) };
}

function explained(record: DayRecord | undefined): { readonly explanation?: string } {
  if (record?.lost !== undefined) return { explanation: record.lost.reason };
  if (record?.disposing === undefined) return {};
  const { plan } = record.disposing;
  return { explanation: `${isDisposed(record) ? "destroyed" : "being destroyed"} under plan ${plan}` };
}

function heldOf(manifest: Manifest): NonNullable<DayFacts["held"]> {
  const { conflicting_ids, missing_ids, carried, outside_window } = manifest.completeness;
  const { revision } = manifest;
  return { revision, records: recordsOf(manifest), conflicting_ids, missing_ids, carried, outside_window };
}
