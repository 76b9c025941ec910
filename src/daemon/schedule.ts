import { Cron } from "croner";

/** When passes begin: a cron expression of five fields in UTC, so that no change of local time skips or repeats a pass. */
export class Schedule {
  readonly #cron: Cron;

  constructor(expression: string) {
    // Paused, because the Clock does all waiting. An offset rather than a time zone, for which croner creates an
    // Intl.DateTimeFormat at a cost of 100 ms and several megabytes.
    this.#cron = new Cron(expression, { utcOffset: 0, paused: true });
  }

  /** The first matching moment after `nowMs`, milliseconds since the epoch; Infinity when there is none. */
  nextMs(nowMs: number): number {
    return this.#cron.nextRun(new Date(nowMs))?.getTime() ?? Infinity;
  }
}
