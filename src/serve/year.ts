import { coverDays } from "../audit/coverage.js";
import type { Coverage, HeldDay } from "../audit/coverage.js";
import type { TenantSnapshot } from "../daemon/state.js";
import type { DayRecord } from "../ledger/day-index.js";
import { DAY_STATES } from "../model/day-state.js";
import type { DayState } from "../model/day-state.js";
import { addDays, daysBetween, eachDay, utcDayOf } from "../model/utc-day.js";
import type { UtcDay } from "../model/utc-day.js";
import { dayState, deadlineMs, oldestReadableDay } from "../plan/day-state.js";
import { firstDayOfArchive } from "../plan/plan-days.js";

const MONTHS_SHOWN = 12;

export interface DayRange {
  readonly from: UtcDay;
  readonly to: UtcDay;
}

/** From the first day that the archive could have, or the horizon where there is no archive yet, to today. */
export function wholeRange({ index, rules }: TenantSnapshot, nowMs: number): DayRange {
  const to = utcDayOf(nowMs);
  if (index === undefined) return { from: oldestReadableDay(rules, nowMs), to };
  const createdMs = Math.min(index.createdAt, nowMs);
  return { from: firstDayOfArchive({ days: index.days, rules, createdMs }), to };
}

/** The last twelve months, or the calendar year asked for; never beyond what the archive could have. */
export function rangeShown(tenant: TenantSnapshot, nowMs: number, year?: string): DayRange | undefined {
  const whole = wholeRange(tenant, nowMs);
  const asked =
    year === undefined
      ? { from: monthsBefore(whole.to, MONTHS_SHOWN - 1), to: whole.to }
      : { from: `${year}-01-01` as UtcDay, to: `${year}-12-31` as UtcDay };
  const from = asked.from > whole.from ? asked.from : whole.from;
  const to = asked.to < whole.to ? asked.to : whole.to;
  return from <= to ? { from, to } : undefined;
}

/** The calendar years that the archive touches, newest first. */
export function yearsOf(tenant: TenantSnapshot, nowMs: number): readonly string[] {
  const { from, to } = wholeRange(tenant, nowMs);
  const [first, last] = [Number(from.slice(0, 4)), Number(to.slice(0, 4))];
  return Array.from({ length: last - first + 1 }, (_, back) => String(last - back));
}

export function coverRange(tenant: TenantSnapshot, range: DayRange, nowMs: number): Coverage {
  const { index, rules } = tenant;
  return coverDays(
    range,
    (day) => dayState(day, index?.days.get(day), rules, nowMs),
    (day) => heldDay(index?.days.get(day)),
  );
}

/** How many days of the whole archive are in each state. */
export function countDays(tenant: TenantSnapshot, nowMs: number): Readonly<Record<DayState, number>> {
  const { index, rules } = tenant;
  const counts = Object.fromEntries(DAY_STATES.map((state) => [state, 0])) as Record<DayState, number>;
  if (index === undefined) return counts;
  const { from, to } = wholeRange(tenant, nowMs);
  const oldest = oldestReadableDay(rules, nowMs);
  const first = from > oldest ? from : oldest;
  // What is past the horizon changes no more, so years of days are not judged one by one at each look.
  const recent = [...index.days.keys()]
    .filter((day) => day >= first)
    .flatMap((day) => index.days.get(day) ?? []);
  const disposed = recent.filter((record) => record.disposed !== undefined).length;
  const read = recent.filter(({ readingsAt }) => readingsAt.length > 0).length;
  counts.disposed = index.totals.disposed - disposed;
  counts.closed = index.totals.read - read - counts.disposed;
  counts.lost = daysBetween(from, first) - counts.disposed - counts.closed;
  for (const day of eachDay(first, to)) counts[dayState(day, index.days.get(day), rules, nowMs)]++;
  return counts;
}

/** A day that is due and not archived. */
export interface MissingDay {
  readonly day: UtcDay;
  readonly state: "due" | "gap";
  /** When the source begins to forget it, milliseconds since the epoch. */
  readonly deadlineMs: number;
}

/** Every day that is due and can still be read, the nearest deadline first. */
export function missingDays(tenant: TenantSnapshot, nowMs: number): readonly MissingDay[] {
  const { index, rules } = tenant;
  if (index === undefined) return [];
  const { from, to } = wholeRange(tenant, nowMs);
  const oldest = oldestReadableDay(rules, nowMs);
  return eachDay(from > oldest ? from : oldest, to).flatMap((day) => {
    const state = dayState(day, index.days.get(day), rules, nowMs);
    return state === "due" || state === "gap" ? [{ day, state, deadlineMs: deadlineMs(day, rules) }] : [];
  });
}

/** Undefined when nothing is sealed. */
export function newestSealedDay({ index }: TenantSnapshot): UtcDay | undefined {
  return index?.newestDay ?? undefined;
}

/** What the ledger alone says of a day: its number of events stands there once a sink has confirmed the revision. */
function heldDay(record: DayRecord | undefined): HeldDay | undefined {
  const newest = record?.revisions.at(-1);
  if (record !== undefined && newest === undefined && record.lost !== undefined)
    return { explanation: record.lost.reason };
  if (record === undefined || newest === undefined) return undefined;
  const { revision } = newest;
  const confirmed = [...record.deliveries.values()].find((delivery) => delivery.revision === revision);
  return { revision, ...(confirmed === undefined ? {} : { events: confirmed.records }) };
}

/** The first day of the month that many months before the day's own. */
function monthsBefore(day: UtcDay, months: number): UtcDay {
  let first = `${day.slice(0, 8)}01` as UtcDay;
  for (let left = months; left > 0; left--) first = `${addDays(first, -1).slice(0, 8)}01` as UtcDay;
  return first;
}
