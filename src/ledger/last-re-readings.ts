import { DAY_MS } from "../model/utc-day.js";
import type { UtcDay } from "../model/utc-day.js";
import type { DayIndex } from "./day-index.js";

/** What the re-readings of the last week found; oldest day first. */
export interface ReReadings {
  readonly unchanged: number;
  /** Readings that made a new revision. */
  readonly changed: readonly { readonly day: UtcDay; readonly revision: number }[];
  /** Readings that gave fewer records than the one before. */
  readonly shrank: readonly { readonly day: UtcDay; readonly missing: number }[];
}

const PERIOD_MS = 7 * DAY_MS;

/** Of `days`, those that were open to a reading lately. Pure. */
export function lastReReadings(
  days: readonly UtcDay[],
  index: Pick<DayIndex, "days">,
  nowMs: number,
): ReReadings {
  const records = days.flatMap((day) => index.days.get(day) ?? []);
  const isRecent = (atMs: number): boolean => atMs > nowMs - PERIOD_MS;
  const changed = records.flatMap(({ day, revisions }) =>
    revisions
      .filter(({ revision, sealedAt }) => revision > 1 && isRecent(sealedAt))
      .map(({ revision }) => ({ day, revision })),
  );
  const all = records.flatMap(({ readingsAt }) => readingsAt.slice(1).filter(isRecent)).length;
  const shrank = records.flatMap(({ day, shrank: found }) =>
    found !== undefined && isRecent(found.at) ? [{ day, missing: found.missing }] : [],
  );
  return { unchanged: all - changed.length, changed, shrank };
}
