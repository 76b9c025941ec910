import type { DayTask } from "../model/reading.js";
import type { UtcDay } from "../model/utc-day.js";

/** How a day's turn in a pass ended. `missing`: records that the source gave before and gives no longer; all are kept. */
export type DayResult =
  | {
      readonly kind: "sealed";
      readonly revision: number;
      readonly records: number;
      readonly added: number;
      readonly missing: number;
    }
  | { readonly kind: "rechecked"; readonly revision: number; readonly missing: number }
  | { readonly kind: "failed"; readonly code: string; readonly message: string };

/** Told by a pass while it works, for whoever shows it. Nothing depends on what a listener does. */
export interface PassProgress {
  planned(tenant: string, tasks: readonly DayTask[]): void;
  reading(tenant: string, day: UtcDay, step: ReadingStep): void;
  ended(tenant: string, day: UtcDay, result: DayResult): void;
  /** The pass waits, e.g. because the source throttles, until `untilMs` (milliseconds since the epoch). */
  note(tenant: string, text: string): void;
}

export interface ReadingStep {
  readonly windowsDone: number;
  readonly pages: number;
  readonly events: number;
  /** Requests that the budget still has in the current 60 minutes. */
  readonly requestsLeft: number;
}

export const silentProgress: PassProgress = {
  planned: () => undefined,
  reading: () => undefined,
  ended: () => undefined,
  note: () => undefined,
};
