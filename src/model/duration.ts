import { DAY_MS, HOUR_MS, addDays } from "./utc-day.js";
import type { UtcDay } from "./utc-day.js";

/** A whole number and a unit, as the configuration writes it: `26h`, `28d`, `7y`. */
export type Duration = string & { readonly __brand: "Duration" };

const UNIT_MS = { m: 60_000, h: HOUR_MS, d: DAY_MS, w: 7 * DAY_MS } as const;

/** The duration that `text` writes, or undefined. `y` is calendar years: it has no fixed length, see `addToDay`. */
export function parseDuration(text: string): Duration | undefined {
  return /^[1-9]\d{0,5}[mhdwy]$/.test(text) ? (text as Duration) : undefined;
}

/** Length in milliseconds, or undefined for calendar years. */
export function durationMs(duration: Duration): number | undefined {
  const unit = duration.slice(-1);
  return unit in UNIT_MS ? Number(duration.slice(0, -1)) * UNIT_MS[unit as keyof typeof UNIT_MS] : undefined;
}

/** The day that lies `duration` after `day`; 29 February plus a year is 1 March. Parts of a day round up. */
export function addToDay(day: UtcDay, duration: Duration): UtcDay {
  const ms = durationMs(duration);
  if (ms !== undefined) return addDays(day, Math.ceil(ms / DAY_MS));
  const year = Number(day.slice(0, 4)) + Number(duration.slice(0, -1));
  const monthAndDate = day.slice(4);
  // Day arithmetic from the 28th: it gives 29 February in a leap year and 1 March in another.
  if (monthAndDate === "-02-29") return addDays(`${year}-02-28` as UtcDay, 1);
  return `${year}${monthAndDate}` as UtcDay;
}
