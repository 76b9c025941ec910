import type { DayIndex } from "../ledger/day-index.js";
import type { DayState } from "../model/day-state.js";
import { dayStartMs, eachDay, isoTime, utcDayOf } from "../model/utc-day.js";
import type { DayRange, UtcDay } from "../model/utc-day.js";
import { firstReadingMs, nextReadingMs } from "../plan/day-state.js";
import type { DayFacts, ReadingRules } from "../plan/day-state.js";
import { dayStates } from "../view/tenant-view.js";
import { count } from "./progress.js";

/** A day that an operator named, and what it is: `text` says it in words. */
export interface AskedDay {
  readonly day: UtcDay;
  readonly state: DayState;
  readonly text: string;
}

interface Moment {
  readonly rules: ReadingRules;
  readonly nowMs: number;
}

/** More days than this are counted, not listed. */
const MAX_LISTED = 10;

/** Each day of the range with its state at this moment. */
export function askedDays(
  index: DayIndex | undefined,
  moment: Moment,
  range: DayRange | undefined,
): readonly AskedDay[] {
  if (range === undefined) return [];
  const stateOf = dayStates({ index, rules: moment.rules }, moment.nowMs);
  return eachDay(range.from, range.to).map((day) => {
    const state = stateOf(day);
    return { day, state, text: dayText(day, state, index?.days.get(day), moment) };
  });
}

/** A line for each day, up to ten. */
export function askedText(days: readonly AskedDay[]): readonly string[] {
  const rest = days.length - MAX_LISTED;
  return [
    ...days.slice(0, MAX_LISTED).map(({ day, text }) => `  ${day}: ${text}`),
    ...(rest > 0 ? [`  and ${count(rest, "day")} more`] : []),
  ];
}

function dayText(
  day: UtcDay,
  state: DayState,
  facts: DayFacts | undefined,
  { rules, nowMs }: Moment,
): string {
  switch (state) {
    case "before":
      return "before the archive began, not archived";
    case "lost":
      return "lost: it passed the horizon unread, not archived";
    case "disposing":
      return "its destruction has begun";
    case "disposed":
      return "destroyed under its retention schedule";
    case "due":
    case "gap":
      return `${state}, not archived`;
    case "open": {
      const future = dayStartMs(day) > dayStartMs(utcDayOf(nowMs)) ? "in the future; " : "";
      return `${future}not due until ${minute(firstReadingMs(day, rules))}`;
    }
    case "sealed":
    case "closed": {
      const next = facts === undefined ? undefined : nextReadingMs(day, facts, rules, nowMs);
      return `sealed already; ${next === undefined ? "all its readings are done" : `next reading due at ${minute(next)}`}`;
    }
    default:
      return state satisfies never;
  }
}

/** `2026-11-22 02:00 UTC` */
function minute(ms: number): string {
  return `${isoTime(ms).slice(0, 16).replace("T", " ")} UTC`;
}
