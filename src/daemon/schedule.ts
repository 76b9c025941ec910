import { Cron } from "croner";
import { isoTime } from "../model/utc-day.js";

/** When passes begin: a cron expression of five fields, in UTC, so that no change of local time skips or doubles one (fault 70). */
export class Schedule {
  readonly #cron: Cron;

  constructor(expression: string) {
    // Paused: croner only computes; all waiting is the Clock's.
    this.#cron = new Cron(expression, { timezone: "UTC", paused: true });
  }

  /** The first moment after `nowMs` that the expression names, milliseconds since the epoch; never for one that names no more. */
  nextMs(nowMs: number): number {
    return this.#cron.nextRun(isoTime(nowMs))?.getTime() ?? Infinity;
  }
}
