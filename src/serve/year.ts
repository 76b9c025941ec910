import { coverDays } from "../audit/coverage.js";
import type { Coverage, HeldDay } from "../audit/coverage.js";
import type { TenantSnapshot } from "../daemon/state.js";
import type { DayRecord } from "../ledger/day-index.js";
import { addDays } from "../model/utc-day.js";
import type { DayRange, UtcDay } from "../model/utc-day.js";
import { oddityCodes } from "../view/oddities.js";
import { dayStates, wholeRange } from "../view/tenant-view.js";

const MONTHS_SHOWN = 12;

/** The last twelve months or the given calendar year, within what the archive could have. */
export function rangeShown(tenant: TenantSnapshot, nowMs: number, year?: string): DayRange | undefined {
  const whole = wholeRange(tenant, nowMs);
  const wanted =
    year === undefined
      ? { from: monthsBefore(whole.to, MONTHS_SHOWN - 1), to: whole.to }
      : { from: `${year}-01-01` as UtcDay, to: `${year}-12-31` as UtcDay };
  const from = wanted.from > whole.from ? wanted.from : whole.from;
  const to = wanted.to < whole.to ? wanted.to : whole.to;
  return from <= to ? { from, to } : undefined;
}

/** The calendar years that the archive touches, newest first. */
export function yearsOf(tenant: TenantSnapshot, nowMs: number): readonly string[] {
  const { from, to } = wholeRange(tenant, nowMs);
  const [first, last] = [Number(from.slice(0, 4)), Number(to.slice(0, 4))];
  return Array.from({ length: last - first + 1 }, (_, back) => String(last - back));
}

export function coverRange(tenant: TenantSnapshot, range: DayRange, nowMs: number): Coverage {
  const { index } = tenant;
  return coverDays(range, dayStates(tenant, nowMs), (day) => heldDay(index?.days.get(day)));
}

/** What the ledger says of a day. It has the number of events once a sink has confirmed the revision. */
function heldDay(record: DayRecord | undefined): HeldDay | undefined {
  const newest = record?.revisions.at(-1);
  if (record !== undefined && newest === undefined && record.lost !== undefined)
    return { explanation: record.lost.reason };
  if (record === undefined || newest === undefined) return undefined;
  const { revision } = newest;
  const confirmed = [...record.deliveries.values()].find((delivery) => delivery.revision === revision);
  const oddities = oddityCodes(record);
  return {
    revision,
    ...(confirmed === undefined ? {} : { events: confirmed.records }),
    ...(oddities === undefined ? {} : { oddities }),
  };
}

/** The first day of the month that many months before the day's own. */
function monthsBefore(day: UtcDay, months: number): UtcDay {
  let first = `${day.slice(0, 8)}01` as UtcDay;
  for (let left = months; left > 0; left--) first = `${addDays(first, -1).slice(0, 8)}01` as UtcDay;
  return first;
}
