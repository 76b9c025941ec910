import { fitting } from "daybook/plugin";
import type { EventColumnType } from "daybook/plugin";

/** The years that PostgreSQL reads without further marks, in milliseconds since the epoch: 1 to 9999. */
const FIRST_MS = Date.parse("0001-01-01T00:00:00Z");
const END_MS = Date.UTC(10_000, 0);

/**
 * The field's value as PostgreSQL reads it for a column of this type; undefined, which becomes NULL, where it has another
 * type or does not fit: an odd event must never stop a day, and the record line has all of it. The values are the lake's.
 */
export function columnValue(type: EventColumnType, value: unknown): string | undefined {
  const fits = fitting(type, value);
  if (fits === null) return undefined;
  if (type === "timestamp") return timeOf(fits as number);
  // A PostgreSQL text has no NUL.
  return typeof fits === "string" && fits.includes("\0") ? fits.replaceAll("\0", "\ufffd") : String(fits);
}

/** The instant in UTC with six digits after the second. */
function timeOf(micros: number): string | undefined {
  const ms = Math.floor(micros / 1000);
  if (ms < FIRST_MS || ms >= END_MS) return undefined;
  const rest = String(micros - ms * 1000).padStart(3, "0");
  return new Date(ms).toISOString().replace("Z", `${rest}Z`);
}
