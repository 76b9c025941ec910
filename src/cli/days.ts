import { DaybookError } from "../model/errors.js";
import { addDays, parseUtcDay, utcDayOf } from "../model/utc-day.js";
import type { DayRange, UtcDay } from "../model/utc-day.js";

export interface RangeOptions {
  readonly from?: string;
  readonly to?: string;
  readonly day?: string;
}

/** What a person may write for a day; the words of help and errors. */
const DAY_FORMS = "YYYY-MM-DD, today, yesterday or -2d";

/** The days that `--from`, `--to` and `--day` name at `nowMs`; a missing end is taken from `bounds`. */
export function dayRange(options: RangeOptions, bounds: DayRange, nowMs: number): DayRange {
  return { ...bounds, ...givenRange(options, nowMs, bounds) };
}

/** The ends that the options give, checked; `bounds` are what a missing end is compared as. */
export function givenRange(options: RangeOptions, nowMs: number, bounds?: DayRange): Partial<DayRange> {
  const { from = bounds?.from, to = bounds?.to } = namedEnds(options, nowMs);
  if (from !== undefined && to !== undefined && from > to)
    throw new DaybookError("USAGE", { message: `--from ${from} lies after --to ${to}` });
  return { ...(from === undefined ? {} : { from }), ...(to === undefined ? {} : { to }) };
}

function namedEnds({ day, from, to }: RangeOptions, nowMs: number): Partial<DayRange> {
  if (day !== undefined && (from !== undefined || to !== undefined))
    throw new DaybookError("USAGE", { message: "--day stands alone: found it beside --from or --to" });
  const only = daysOption("--day", day, nowMs);
  if (only !== undefined) return only;
  const first = daysOption("--from", from, nowMs)?.from;
  const last = daysOption("--to", to, nowMs)?.to;
  return { ...(first && { from: first }), ...(last && { to: last }) };
}

/** Whether any day option was given. */
export function hasRange(options: RangeOptions): boolean {
  return options.day !== undefined || options.from !== undefined || options.to !== undefined;
}

/** The day that an argument names at `nowMs`; USAGE when it is none. */
export function dayArgument(name: string, text: string | undefined, nowMs: number): UtcDay {
  const day = text === undefined ? undefined : parseDay(text, nowMs);
  if (day !== undefined) return day;
  const found = text === undefined ? "none" : `"${text}"`;
  throw new DaybookError("USAGE", { message: `${name}: expected a UTC day (${DAY_FORMS}), found ${found}` });
}

/** The days that a text names: one, or those of a month; undefined for another text. */
export function daysNamed(text: string, nowMs: number): DayRange | undefined {
  const day = parseDay(text, nowMs);
  return day === undefined ? parseMonth(text) : { from: day, to: day };
}

function daysOption(name: string, text: string | undefined, nowMs: number): DayRange | undefined {
  if (text === undefined) return undefined;
  const days = daysNamed(text, nowMs);
  if (days !== undefined) return days;
  throw new DaybookError("USAGE", {
    message: `${name}: expected a UTC day (${DAY_FORMS}) or a month (YYYY-MM), found "${text}"`,
  });
}

function parseDay(text: string, nowMs: number): UtcDay | undefined {
  const back = text === "today" ? "0" : text === "yesterday" ? "1" : /^-(\d{1,5})d$/.exec(text)?.[1];
  return back === undefined ? parseUtcDay(text) : addDays(utcDayOf(nowMs), -Number(back));
}

function parseMonth(text: string): DayRange | undefined {
  if (!/^\d{4}-\d{2}$/.test(text)) return undefined;
  const from = parseUtcDay(`${text}-01`);
  // 31 days on is in the next month, whose first day less one is the end of this one.
  const next = from === undefined ? undefined : parseUtcDay(`${addDays(from, 31).slice(0, 7)}-01`);
  return from === undefined || next === undefined ? undefined : { from, to: addDays(next, -1) };
}
