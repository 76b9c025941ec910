import { addToDay, parseDuration } from "./duration.js";
import type { Duration } from "./duration.js";
import { addDays, parseUtcDay } from "./utc-day.js";
import type { UtcDay } from "./utc-day.js";

/** How long a day is kept from its end: a duration, or for ever. */
export type Keep = Duration | "forever";

/** Stands for "never": the last day that `YYYY-MM-DD` can write. */
export const FOREVER = "9999-12-31" as UtcDay;

/** The time to keep that `text` writes, or undefined. */
export function parseKeep(text: string): Keep | undefined {
  return text === "forever" ? text : parseDuration(text);
}

/**
 * The first day on which `day` may be destroyed: its end plus `keep`, by the calendar in UTC. 29 February plus a year is 1 March.
 * `FOREVER` when it may never be.
 */
export function retainUntil(day: UtcDay, keep: Keep): UtcDay {
  return keep === "forever" ? FOREVER : addToDay(addDays(day, 1), keep);
}

/** Whether `a` keeps every day at least as long as `b`, and some day longer. */
export function isLonger(a: Keep, b: Keep): boolean {
  // Years have no fixed length: 4y may be longer or shorter than 1461d, by the day. Compare over a cycle of leap years.
  const days = ["2023-02-27", "2024-02-28", "2025-02-27", "2026-02-27"].flatMap(
    (text) => parseUtcDay(text) ?? [],
  );
  const pairs = days.map((day) => [retainUntil(day, a), retainUntil(day, b)] as const);
  return pairs.every(([x, y]) => x >= y) && pairs.some(([x, y]) => x > y);
}
