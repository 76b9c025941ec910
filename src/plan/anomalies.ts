import { MAX_NAMES, OTHER_NAMES, isIdentifier } from "../model/known-names.js";
import type { CountedNames, KnownNames } from "../model/known-names.js";
import type { Completeness } from "../model/manifest.js";
import { addDays } from "../model/utc-day.js";
import type { UtcDay } from "../model/utc-day.js";

// What is unusual about a day, from its manifest and the days before it. All of it is pure.

const WEEKS_COMPARED = 4;

/**
 * How many events this weekday usually has: the median of the same weekday in the four weeks before, or 0 when fewer than
 * two of them are known. `recordsOf` gives the record lines of a sealed day.
 */
export function usualEvents(day: UtcDay, recordsOf: (day: UtcDay) => number | undefined): number {
  const known = Array.from({ length: WEEKS_COMPARED }, (_, week) => recordsOf(addDays(day, -7 * (week + 1))))
    .filter((records) => records !== undefined)
    .toSorted((a, b) => a - b);
  return known.length < 2 ? 0 : (known[Math.floor((known.length - 1) / 2)] ?? 0);
}

/** A weekday that usually has fewer events than this varies too much to compare. */
const MIN_USUAL_EVENTS = 20;
/** A holiday has a fraction of the usual events, a broken tenant nearly none. */
const QUIET_FACTOR = 4;

/** The code for a day with far fewer events than usual. `usual` is 0 when that is not known. */
export function quietDay(events: number, usual: number): "DAY_EMPTY" | "DAY_QUIET" | undefined {
  if (events === 0 && usual > 0) return "DAY_EMPTY";
  return usual >= MIN_USUAL_EVENTS && events * QUIET_FACTOR < usual ? "DAY_QUIET" : undefined;
}

/** Names that a day has and no day before it had. */
export interface UnseenNames {
  readonly activities: CountedNames;
  readonly fields: CountedNames;
}

/** The names of a day that its archive has not seen; undefined when there are none. `known` is undefined before the first. */
export function unseenNames(
  known: KnownNames | undefined,
  { distinct, by_activity, by_field }: Pick<Completeness, "distinct" | "by_activity" | "by_field">,
): UnseenNames | undefined {
  // An empty day is no baseline. Manifests without `by_field` are older than that count.
  if (distinct === 0 || by_field === undefined) return undefined;
  const present = Object.entries(by_field).map(([name, count]) => [name, count.present] as const);
  const activities = unseen(known?.activities ?? [], Object.entries(by_activity));
  const fields = unseen(known?.fields ?? [], present);
  const isNothing = activities.size === 0 && fields.size === 0;
  if (known !== undefined && isNothing) return undefined;
  return { activities: Object.fromEntries(activities), fields: Object.fromEntries(fields) };
}

function unseen(
  seen: readonly string[],
  counted: readonly (readonly [name: string, records: number])[],
): ReadonlyMap<string, number> {
  const known = new Set(seen);
  const found = new Map<string, number>();
  for (const [name, records] of counted) {
    if (known.has(name)) continue;
    const isWritable = isIdentifier(name) && known.size + found.size < MAX_NAMES;
    const written = isWritable ? name : OTHER_NAMES;
    if (!known.has(written)) found.set(written, (found.get(written) ?? 0) + records);
  }
  return found;
}

/** The counts of one day that say how much of it was filled. */
export type FilledCounts = Pick<Completeness, "by_activity" | "filled_by_activity">;

/** A field that is filled in far fewer records than usual. */
export interface EmptiedField {
  readonly field: string;
  /** The activities in which that is so. */
  readonly activities: readonly string[];
  /** How many of their records have the field filled. */
  readonly filled: number;
  readonly records: number;
  /** The share of their records, 0 to 1, that usually has it filled. */
  readonly usual: number;
}

/** Fewer days or records than these show no habit. */
const MIN_DAYS = 3;
const MIN_RECORDS = 50;
/** A field that is usually filled less often may be empty for a day. */
const MIN_USUAL_SHARE = 0.5;
/** A change of habit leaves more than a tenth. */
const EMPTIED_FACTOR = 10;

/**
 * Fields that most records of the days before have filled and few records of this day. Each activity is compared with itself
 * alone, because a weekend has other activities and so other fields. It cannot see activities that the manifests do not
 * list (fewer than 20 records a day, or not among the 20 most frequent). Once half of the days before are the same, it is
 * the habit.
 */
export function emptiedFields(day: FilledCounts, before: readonly FilledCounts[]): readonly EmptiedField[] {
  const found = Object.entries(day.filled_by_activity ?? {}).flatMap(([activity, filled]) =>
    emptiedIn(activity, filled, own(day.by_activity, activity) ?? 0, before),
  );
  return [...Map.groupBy(found, ({ field }) => field).values()].map(together);
}

function emptiedIn(
  activity: string,
  filled: CountedNames,
  records: number,
  before: readonly FilledCounts[],
): readonly EmptiedField[] {
  const known = before.flatMap((one) => {
    const filledThen = own(one.filled_by_activity ?? {}, activity);
    return filledThen === undefined
      ? []
      : [{ filled: filledThen, records: own(one.by_activity, activity) ?? 0 }];
  });
  const usualRecords = known.reduce((sum, one) => sum + one.records, 0);
  if (known.length < MIN_DAYS || usualRecords < MIN_RECORDS) return [];
  return [...sumOf(known.map((one) => one.filled))]
    .map(([field, sum]) => ({
      field,
      activities: [activity],
      filled: own(filled, field) ?? 0,
      records,
      usual: sum / usualRecords,
    }))
    .filter((one) => one.usual >= MIN_USUAL_SHARE && one.filled * EMPTIED_FACTOR < one.usual * one.records);
}

function sumOf(days: readonly CountedNames[]): ReadonlyMap<string, number> {
  const sums = new Map<string, number>();
  for (const [field, count] of days.flatMap((filled) => Object.entries(filled)))
    sums.set(field, (sums.get(field) ?? 0) + count);
  return sums;
}

function together(parts: readonly EmptiedField[]): EmptiedField {
  const sum = (of: (part: EmptiedField) => number): number =>
    parts.reduce((total, part) => total + of(part), 0);
  const records = sum((part) => part.records);
  return {
    field: parts[0]?.field ?? "",
    activities: parts.flatMap(({ activities }) => activities),
    filled: sum((part) => part.filled),
    records,
    usual: records === 0 ? 0 : sum((part) => part.usual * part.records) / records,
  };
}

/** The value under a name from the source, which may be `constructor`. */
function own<T>(values: Readonly<Record<string, T>>, name: string): T | undefined {
  return Object.hasOwn(values, name) ? values[name] : undefined;
}
