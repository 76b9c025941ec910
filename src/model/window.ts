import { HOUR_MS, dayStartMs, isoTime } from "./utc-day.js";
import type { UtcDay } from "./utc-day.js";

/** The name of a window within its day: `T00` to `T23`. */
export type WindowLabel = string & { readonly __brand: "WindowLabel" };

/** One hour of a UTC day: the span of one page chain. `end` is the hour's last millisecond (fact 1: end is inclusive). */
export interface Window {
  readonly label: WindowLabel;
  readonly hour: number;
  /** `2026-11-20T07:00:00.000Z` */
  readonly start: string;
  /** `2026-11-20T07:59:59.999Z` */
  readonly end: string;
}

export const WINDOWS_PER_DAY = 24;

/** The 24 windows of a day. A UTC day has no daylight saving and no 25th hour. */
export function windowsOf(day: UtcDay): readonly Window[] {
  return Array.from({ length: WINDOWS_PER_DAY }, (_, hour) => {
    const startMs = dayStartMs(day) + hour * HOUR_MS;
    return { label: windowLabel(hour), hour, start: isoTime(startMs), end: isoTime(startMs + HOUR_MS - 1) };
  });
}

export function windowLabel(hour: number): WindowLabel {
  return `T${String(hour).padStart(2, "0")}` as WindowLabel;
}
