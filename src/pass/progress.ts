import type { DayTask } from "../model/reading.js";
import type { UtcDay } from "../model/utc-day.js";

/** How a day of a pass ended. `missing`: records that the source returned before and no longer returns; all are kept. */
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

/** Receives the progress of a pass. The pass does not depend on what it does. */
export interface PassProgress {
  planned(tenant: string, tasks: readonly DayTask[]): void;
  reading(tenant: string, day: UtcDay, step: ReadingStep): void;
  ended(tenant: string, day: UtcDay, result: DayResult): void;
  /** The pass does something that takes time, such as checking a sink; `text` says what. */
  note(tenant: string, text: string): void;
}

export interface ReadingStep {
  readonly windowsDone: number;
  readonly pages: number;
  readonly events: number;
  /** Requests left in the budget of the current 60 minutes. */
  readonly requestsLeft: number;
}

export const silentProgress: PassProgress = {
  planned: () => undefined,
  reading: () => undefined,
  ended: () => undefined,
  note: () => undefined,
};
