import { addDays } from "../model/utc-day.js";
import type { UtcDay } from "../model/utc-day.js";

const WEEKS_COMPARED = 4;

/**
 * How many events such a weekday normally has: the median over the same weekday of the four weeks before; 0 when fewer
 * than two of them are known. `recordsOf` gives the record lines of a day that is held.
 */
export function usualEvents(day: UtcDay, recordsOf: (day: UtcDay) => number | undefined): number {
  const known = Array.from({ length: WEEKS_COMPARED }, (_, week) => recordsOf(addDays(day, -7 * (week + 1))))
    .filter((records) => records !== undefined)
    .toSorted((a, b) => a - b);
  return known.length < 2 ? 0 : (known[Math.floor((known.length - 1) / 2)] ?? 0);
}
