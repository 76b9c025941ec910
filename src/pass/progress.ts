import type { DayTask } from "../model/reading.js";
import type { UtcDay } from "../model/utc-day.js";
import type { DayResult } from "../pipeline.js";

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
