import { Cron } from "croner";

/** When passes begin: a cron expression of five fields, in UTC, so that no change of local time skips or doubles one (fault 70). */
export class Schedule {
  readonly #cron: Cron;

  constructor(expression: string) {
    // Paused: croner only computes; all waiting is the Clock's. An offset, because for a time zone, and for a time given as text,
    // croner makes an Intl.DateTimeFormat, which costs a tenth of a second and megabytes.
    this.#cron = new Cron(expression, { utcOffset: 0, paused: true });
  }

  /** The first moment after `nowMs` that the expression names, milliseconds since the epoch; never for one that names no more. */
  nextMs(nowMs: number): number {
    return this.#cron.nextRun(new Date(nowMs))?.getTime() ?? Infinity;
  }
}
