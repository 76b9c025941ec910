import { DAY_STATES } from "../model/day-state.js";
import type { DayState } from "../model/day-state.js";
import type { Reason } from "../model/manifest.js";
import { DAY_MS, addDays, dayStartMs, eachDay } from "../model/utc-day.js";
import type { DayRange, UtcDay } from "../model/utc-day.js";

/** What is known of a day beside its state; all absent for a day that was never read. */
export interface HeldDay {
  /** The newest revision. */
  readonly revision?: number;
  /** Record lines of the current view: distinct + carried. */
  readonly events?: number;
  readonly reason?: Reason;
  /** Codes of what was unusual about it, such as DAY_EMPTY; docs/FORMAT.md explains each. */
  readonly oddities?: readonly string[];
  /** Why the day is lost or was destroyed, in the ledger's words. */
  readonly explanation?: string;
}

export interface CoveredDay extends HeldDay {
  readonly day: UtcDay;
  readonly state: DayState;
}

export interface Coverage extends DayRange {
  /** Every day of the range, oldest first. */
  readonly days: readonly CoveredDay[];
  readonly counts: Readonly<Record<DayState, number>>;
}

/** Every day from `from` to `to` (both included) with its state and what is held of it. */
export function coverDays(
  range: DayRange,
  stateOf: (day: UtcDay) => DayState,
  heldOf: (day: UtcDay) => HeldDay | undefined,
): Coverage {
  const days = eachDay(range.from, range.to).map((day) => ({ ...heldOf(day), day, state: stateOf(day) }));
  return { ...range, days, counts: countStates(days) };
}

/** 67 when days are due and not archived, or lost; 66 when no day of the range could be in the archive; else 0. */
export function coverageExit(coverage: Coverage): 0 | 66 | 67 {
  const { before, due, gap, lost } = coverage.counts;
  if (coverage.days.length === before) return 66;
  return due + gap + lost > 0 ? 67 : 0;
}

/** How many days of the range are unusual. */
export function oddDays({ days }: Coverage): number {
  return days.filter(({ oddities }) => oddities !== undefined).length;
}

function countStates(days: readonly CoveredDay[]): Record<DayState, number> {
  const counts = Object.fromEntries(DAY_STATES.map((state) => [state, 0])) as Record<DayState, number>;
  for (const { state } of days) counts[state]++;
  return counts;
}

/** A row of a calendar: seven places from Monday to Sunday, undefined outside the month or range. */
export type Week<D> = readonly (D | undefined)[];

export interface Month<D> {
  /** `2026-11` */
  readonly name: string;
  readonly weeks: readonly Week<D>[];
}

/** The days grouped as a calendar shows them. `days` are consecutive, oldest first. */
export function monthsOf<D extends { readonly day: UtcDay }>(days: readonly D[]): readonly Month<D>[] {
  const names = [...new Set(days.map(({ day }) => day.slice(0, 7)))];
  return names.map((name) => ({ name, weeks: weeksOf(days.filter(({ day }) => day.startsWith(name))) }));
}

function weeksOf<D extends { readonly day: UtcDay }>(days: readonly D[]): readonly Week<D>[] {
  const weeks = new Map<UtcDay, (D | undefined)[]>();
  for (const day of days) {
    const monday = addDays(day.day, -weekdayOf(day.day));
    const week = weeks.get(monday) ?? Array.from<D | undefined>({ length: 7 });
    week[weekdayOf(day.day)] = day;
    weeks.set(monday, week);
  }
  return [...weeks.values()];
}

/** 0 for Monday to 6 for Sunday. */
export function weekdayOf(day: UtcDay): number {
  // 1970-01-01 was a Thursday.
  const days = dayStartMs(day) / DAY_MS + 3;
  return ((days % 7) + 7) % 7;
}
