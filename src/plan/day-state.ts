import type { DayState } from "../model/day-state.js";
import { DAY_MS, addDays, dayEndMs, dayStartMs, utcDayOf } from "../model/utc-day.js";
import type { UtcDay } from "../model/utc-day.js";

/** When days are read, from the configuration's `collect`. */
export interface ReadingRules {
  /** How far back the source serves, whole days; today counts as the first: 28 days are offsets 0 to 27. */
  readonly horizonDays: number;
  /** Ascending, milliseconds after the day's end: the first seals the day, the others read it again. */
  readonly readAfterMs: readonly number[];
}

/** What the ledger says of a day; `undefined` for a day that it does not name. */
export interface DayFacts {
  /** When readings of the day were sealed or rechecked, milliseconds since the epoch, in ledger order. */
  readonly readingsAt: readonly number[];
  readonly lost?: unknown;
  /** Its destruction has begun. */
  readonly disposing?: unknown;
  /** Its revisions that are destroyed. */
  readonly disposed?: readonly unknown[];
  readonly revisions?: readonly unknown[];
}

/** The day's state at `nowMs`. Pure: only ledger, rules and clock decide. */
export function dayState(
  day: UtcDay,
  facts: DayFacts | undefined,
  rules: ReadingRules,
  nowMs: number,
): DayState {
  if (facts?.disposing !== undefined)
    return facts.disposed?.length === facts.revisions?.length ? "disposed" : "disposing";
  if (facts !== undefined && facts.readingsAt.length > 0) {
    return nextReadingMs(day, facts, rules, nowMs) === undefined ? "closed" : "sealed";
  }
  if (facts?.lost !== undefined || nowMs >= deadlineMs(day, rules)) return "lost";
  const firstMs = firstReadingMs(day, rules);
  if (nowMs < firstMs) return "open";
  return nowMs < firstMs + DAY_MS ? "due" : "gap";
}

/** When the day's first window passes the horizon. From then on the source no longer serves the whole day. */
export function deadlineMs(day: UtcDay, rules: ReadingRules): number {
  return dayStartMs(day) + rules.horizonDays * DAY_MS;
}

/** When the day is first read. */
export function firstReadingMs(day: UtcDay, rules: ReadingRules): number {
  return dayEndMs(day) + (rules.readAfterMs[0] ?? 0);
}

/**
 * When a day is due to be read again; undefined when all re-readings are done or no longer possible. A late reading counts
 * for every re-reading that was due by then.
 */
export function nextReadingMs(
  day: UtcDay,
  facts: DayFacts,
  rules: ReadingRules,
  nowMs: number,
): number | undefined {
  const lastMs = Math.max(...facts.readingsAt);
  const next = rules.readAfterMs.map((afterMs) => dayEndMs(day) + afterMs).find((ms) => ms > lastMs);
  if (next === undefined) return undefined;
  return Math.max(next, nowMs) < deadlineMs(day, rules) ? next : undefined;
}

/** The oldest day that the source serves whole at `nowMs`. */
export function oldestReadableDay(rules: ReadingRules, nowMs: number): UtcDay {
  return addDays(utcDayOf(nowMs), 1 - rules.horizonDays);
}
