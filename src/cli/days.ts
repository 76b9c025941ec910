import { DaybookError } from "../model/errors.js";
import { parseUtcDay } from "../model/utc-day.js";
import type { DayRange, UtcDay } from "../model/utc-day.js";

export interface RangeOptions {
  readonly from?: string;
  readonly to?: string;
  readonly day?: string;
}

/** The days that `--from`, `--to` and `--day` name; a missing end is taken from `bounds`. */
export function dayRange(options: RangeOptions, bounds: DayRange): DayRange {
  return { ...bounds, ...givenRange(options, bounds) };
}

/** The ends that the options give, checked; `bounds` are what a missing end is compared as. */
export function givenRange(options: RangeOptions, bounds?: DayRange): Partial<DayRange> {
  if (options.day !== undefined && (options.from !== undefined || options.to !== undefined)) {
    throw new DaybookError("USAGE", { message: "--day stands alone: found it beside --from or --to" });
  }
  const only = dayOption("--day", options.day);
  const from = only ?? dayOption("--from", options.from) ?? bounds?.from;
  const to = only ?? dayOption("--to", options.to) ?? bounds?.to;
  if (from !== undefined && to !== undefined && from > to)
    throw new DaybookError("USAGE", { message: `--from ${from} lies after --to ${to}` });
  return { ...(from === undefined ? {} : { from }), ...(to === undefined ? {} : { to }) };
}

/** Whether any day option was given. */
export function hasRange(options: RangeOptions): boolean {
  return options.day !== undefined || options.from !== undefined || options.to !== undefined;
}

/** The day that an option or argument names; USAGE when it is none. */
export function dayOption(name: string, text: string | undefined): UtcDay | undefined {
  if (text === undefined) return undefined;
  const day = parseUtcDay(text);
  if (day === undefined) {
    throw new DaybookError("USAGE", {
      message: `${name}: expected a UTC day as YYYY-MM-DD, found "${text}"`,
    });
  }
  return day;
}
