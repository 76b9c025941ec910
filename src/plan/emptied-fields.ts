import type { Completeness } from "../model/manifest.js";

/** The counts of one day that say how much of it was filled. */
export type FilledCounts = Pick<Completeness, "by_activity" | "filled_by_activity">;

/** A field that says much less than it usually does. */
export interface EmptiedField {
  readonly field: string;
  /** The activities in which that is so. */
  readonly activities: readonly string[];
  /** Of their records, those that have the field filled. */
  readonly filled: number;
  readonly records: number;
  /** The share (0 to 1) of their records that usually have it filled. */
  readonly usual: number;
}

/** Fewer days or records than these have no habit. */
const FEWEST_DAYS = 3;
const FEWEST_RECORDS = 50;
/** What is seldom filled may be missing for a day. */
const LEAST_USUAL = 0.5;
/** A field of which a tenth is left went empty; people who change a habit leave more of it. */
const FAR_BELOW = 10;

/**
 * Fields that most records of the days before have filled and few of this day's. Each activity is compared with itself
 * alone: a weekend has other activities and so other fields, and nothing went empty. It cannot see what happens in activities
 * that the manifests do not list (fewer than 20 records in the day, or not among its 20 most frequent), nor what was empty
 * all the time; and once about half of the days before are like this one, it is the habit.
 */
export function emptiedFields(day: FilledCounts, before: readonly FilledCounts[]): readonly EmptiedField[] {
  const found = Object.entries(day.filled_by_activity ?? {}).flatMap(([activity, filled]) =>
    emptiedIn(activity, filled, recordsOf(day, activity), before),
  );
  return [...Map.groupBy(found, ({ field }) => field).values()].map(together);
}

function emptiedIn(
  activity: string,
  filled: Readonly<Record<string, number>>,
  records: number,
  before: readonly FilledCounts[],
): readonly EmptiedField[] {
  const known = before.filter((one) => one.filled_by_activity?.[activity] !== undefined);
  const usualRecords = known.reduce((sum, one) => sum + recordsOf(one, activity), 0);
  if (known.length < FEWEST_DAYS || usualRecords < FEWEST_RECORDS) return [];
  return [...sumFilled(known, activity)]
    .map(([field, sum]) => ({
      field,
      activities: [activity],
      filled: filled[field] ?? 0,
      records,
      usual: sum / usualRecords,
    }))
    .filter((one) => one.usual >= LEAST_USUAL && one.filled * FAR_BELOW < one.usual * one.records);
}

function sumFilled(days: readonly FilledCounts[], activity: string): ReadonlyMap<string, number> {
  const sums = new Map<string, number>();
  for (const { filled_by_activity: filled } of days) {
    for (const [field, count] of Object.entries(filled?.[activity] ?? {})) {
      sums.set(field, (sums.get(field) ?? 0) + count);
    }
  }
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

function recordsOf({ by_activity: activities }: FilledCounts, activity: string): number {
  return activities[activity] ?? 0;
}
