import { parseUtcDay } from "./utc-day.js";

const ISO_TIME = /^(\d{4}-\d{2}-\d{2})(T\d{2}:\d{2}:\d{2})(?:\.(\d+))?(Z|[+-]\d{2}:\d{2})?$/;

/**
 * The instant that a CreationTime names, in microseconds since the epoch; undefined when it is no real date and time. The
 * source writes seven digits at most: those after the sixth are cut. It writes UTC without saying so, which Date.parse would
 * take for local time.
 */
export function creationTimeMicros(text: string): number | undefined {
  const [, day = "", time = "", fraction = "", zone = "Z"] = ISO_TIME.exec(text) ?? [];
  // Date.parse takes 30 February for 2 March.
  if (parseUtcDay(day) === undefined) return undefined;
  const ms = Date.parse(`${day}${time}${zone}`);
  return Number.isNaN(ms) ? undefined : ms * 1000 + Number(fraction.slice(0, 6).padEnd(6, "0"));
}
