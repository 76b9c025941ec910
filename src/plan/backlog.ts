import type { DayTask } from "../model/reading.js";
import { HOUR_MS } from "../model/utc-day.js";

/** What the tenant may ask of its source, as far as it is known. */
export interface RequestOutlook {
  /** Requests that may be made now. */
  readonly left: number;
  /** When the next may be made, milliseconds since the epoch; not later than now when there are some left. */
  readonly nextMs: number;
  readonly requestsPerHour: number;
  /** How many a day takes: at least one a window, more where pages are many. */
  readonly requestsPerDay: number;
}

/** What is to be read now. */
export interface Backlog {
  readonly days: number;
  /** At least. */
  readonly requests: number;
  /** The earliest moment at which it can be done, milliseconds since the epoch; undefined when there is nothing to do. */
  readonly doneMs: number | undefined;
}

export function backlogOf(tasks: readonly DayTask[], nowMs: number, outlook: RequestOutlook): Backlog {
  const requests = tasks.length * outlook.requestsPerDay;
  const doneMs = tasks.length === 0 ? undefined : doneBy(requests, nowMs, outlook);
  return { days: tasks.length, requests, doneMs };
}

/** The earliest moment at which so many requests can have been made. */
export function doneBy(
  requests: number,
  nowMs: number,
  { left, nextMs, requestsPerHour }: RequestOutlook,
): number {
  // With none left, an hour's requests are there at the earliest when the next one is.
  const [startMs, atOnce] = left > 0 ? [nowMs, left] : [Math.max(nowMs, nextMs), requestsPerHour];
  return startMs + (Math.max(0, requests - atOnce) / requestsPerHour) * HOUR_MS;
}
