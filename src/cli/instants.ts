import type { InstantRange } from "../export/event-filter.js";
import { DaybookError } from "../model/errors.js";
import { dayEndMs, dayStartMs, parseUtcDay } from "../model/utc-day.js";
import type { DayRange } from "../model/utc-day.js";
import { daysNamed } from "./days.js";
import type { RangeOptions } from "./days.js";

const FORMS =
  "a UTC day, a month, or a time such as 2026-11-20T08:00, 2026-11-20T08:00:00Z or 2026-11-20T09:00+01:00";
const TIME = /^(\d{4}-\d{2}-\d{2})T(\d{2}:\d{2})(?::(\d{2})(?:\.(\d{1,7}))?)?(Z|[+-]\d{2}:\d{2})?$/;
const SECOND_MICROS = 1_000_000;

/**
 * The instants that `--from`, `--to` and `--day` name at `nowMs`. An end counts whole, at its own precision: a day to its last
 * microsecond, `T18:25:50` to the end of that second. Without `--to` it is the day of `--from`. USAGE for anything else.
 */
export function instantRange({ day, from, to }: RangeOptions, nowMs: number): InstantRange {
  if (day !== undefined && (from !== undefined || to !== undefined))
    throw new DaybookError("USAGE", { message: "--day stands alone: found it beside --from or --to" });
  if (day !== undefined) return instants("--day", day, nowMs);
  if (from === undefined)
    throw new DaybookError("USAGE", { message: `--from: expected ${FORMS}, found nothing` });
  const first = instants("--from", from, nowMs);
  const last =
    to === undefined ? { toMicros: dayEndMs(dayOf(first)) * 1000 - 1 } : instants("--to", to, nowMs);
  const toMicros = to === undefined ? Math.max(last.toMicros, first.toMicros) : last.toMicros;
  if (first.fromMicros > toMicros)
    throw new DaybookError("USAGE", { message: `--from ${from} lies after --to ${to ?? from}` });
  return { fromMicros: first.fromMicros, toMicros };
}

/** The UTC days that the instants lie on. */
export function daysOfInstants({ fromMicros, toMicros }: InstantRange): DayRange {
  return { from: dayOf({ fromMicros }), to: dayOf({ fromMicros: toMicros }) };
}

function dayOf({ fromMicros }: Pick<InstantRange, "fromMicros">): DayRange["from"] {
  const day = parseUtcDay(new Date(Math.floor(fromMicros / 1000)).toISOString().slice(0, 10));
  if (day === undefined)
    throw new DaybookError("USAGE", { message: "a time outside of the years 0001 to 9999" });
  return day;
}

function instants(name: string, text: string, nowMs: number): InstantRange {
  const days = daysNamed(text, nowMs);
  if (days !== undefined)
    return { fromMicros: dayStartMs(days.from) * 1000, toMicros: dayEndMs(days.to) * 1000 - 1 };
  const [, day = "", minute = "", second, fraction, zone = "Z"] = TIME.exec(text) ?? [];
  const startMs = Date.parse(`${day}T${minute}:${second ?? "00"}${zone}`);
  if (parseUtcDay(day) === undefined || Number.isNaN(startMs))
    throw new DaybookError("USAGE", { message: `${name}: expected ${FORMS}, found "${text}"` });
  // The source writes seven digits; what lies below a microsecond is not compared.
  const digits = (fraction ?? "").slice(0, 6);
  const fromMicros = startMs * 1000 + Number(digits.padEnd(6, "0"));
  const precision = second === undefined ? 60 * SECOND_MICROS : SECOND_MICROS / 10 ** digits.length;
  return { fromMicros, toMicros: fromMicros + precision - 1 };
}
