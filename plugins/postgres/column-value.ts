import { parseUtcDay } from "daybook/plugin";
import type { Column } from "./columns.js";

const INTEGER_LIMIT = 2 ** 31;

// PostgreSQL reads no larger offset than this; the source writes none at all, and means UTC.
const TIME =
  /^(\d{4}-\d{2}-\d{2})(T(?:[01]\d|2[0-3]):[0-5]\d:[0-5]\d)(\.\d{1,6})?\d*(Z|[+-](?:0\d|1[0-4]):[0-5]\d)?$/;

/**
 * The field's value as PostgreSQL reads it for a column of this type; undefined, which becomes NULL, where it has another
 * type or does not fit: an odd event must never stop a day, and `event` has all of it.
 */
export function columnValue(type: Column["type"], value: unknown): string | undefined {
  switch (type) {
    case "text":
      return textOf(value);
    case "integer":
      return isInteger(value) ? String(value) : undefined;
    case "boolean":
      return typeof value === "boolean" ? String(value) : undefined;
    case "timestamptz":
      return typeof value === "string" ? timeOf(value) : undefined;
    default:
      return type satisfies never;
  }
}

/** Sources disagree whether some ids are texts or numbers. */
function textOf(value: unknown): string | undefined {
  // A PostgreSQL text has no NUL; lone surrogates become the same mark when the row is encoded.
  if (typeof value === "string") return value.includes("\0") ? value.replaceAll("\0", "\ufffd") : value;
  return Number.isSafeInteger(value) ? String(value) : undefined;
}

function isInteger(value: unknown): value is number {
  return Number.isInteger(value) && Math.abs(value as number) < INTEGER_LIMIT;
}

let knownDay = "";

/** The instant in UTC, cut to microseconds: rounding would move it into the next second. */
function timeOf(text: string): string | undefined {
  const [, day = "", time = "", fraction = "", zone = "Z"] = TIME.exec(text) ?? [];
  if (day === "") return undefined;
  // Nearly all events of a file have the same day.
  if (day !== knownDay) {
    // PostgreSQL has no year 0.
    if (parseUtcDay(day) === undefined || day.startsWith("0000")) return undefined;
    knownDay = day;
  }
  return `${day}${time}${fraction}${zone}`;
}
