import type { DayTask } from "../model/reading.js";
import { HOUR_MS } from "../model/utc-day.js";

/** The requests that a tenant may make, as far as known. */
export interface RequestOutlook {
  /** Requests that may be made now. */
  readonly left: number;
  /** When the next request may be made, milliseconds since the epoch; not later than now while some are left. */
  readonly nextMs: number;
  readonly requestsPerHour: number;
  /** Requests that a day takes: at least one a window, more when windows have several pages. */
  readonly requestsPerDay: number;
}

/** What there is to read now. */
export interface Backlog {
  readonly days: number;
  /** A lower bound. */
  readonly requests: number;
  /** The earliest possible end, milliseconds since the epoch; undefined when there is nothing to read. */
  readonly doneMs: number | undefined;
}

export function backlogOf(tasks: readonly DayTask[], nowMs: number, outlook: RequestOutlook): Backlog {
  const requests = tasks.length * outlook.requestsPerDay;
  const doneMs = tasks.length === 0 ? undefined : doneBy(requests, nowMs, outlook);
  return { days: tasks.length, requests, doneMs };
}

/** The earliest moment by which so many requests can be made. */
export function doneBy(
  requests: number,
  nowMs: number,
  { left, nextMs, requestsPerHour }: RequestOutlook,
): number {
  // With none left, a whole hour's requests are available at the earliest when the next one is.
  const [startMs, atOnce] = left > 0 ? [nowMs, left] : [Math.max(nowMs, nextMs), requestsPerHour];
  return startMs + (Math.max(0, requests - atOnce) / requestsPerHour) * HOUR_MS;
}
