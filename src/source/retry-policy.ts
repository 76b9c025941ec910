import type { Clock } from "../io/clock.js";
import { isDaybookError } from "../model/errors.js";
import type { DaybookError, ErrorCode } from "../model/errors.js";

export interface RetryPauses {
  /** Pause before the second attempt; it doubles from there. */
  readonly firstPauseMs: number;
  readonly maxPauseMs: number;
  /** From 0 to below 1; spreads the pauses, so that several windows do not come back at once. */
  readonly random: () => number;
}

/** How often one page may fail in each way before its reading is given up; a code that is not here is never retried. */
const MAX_FAILURES: Partial<Record<ErrorCode, number>> = {
  NETWORK_UNREACHABLE: 6,
  NETWORK_TIMEOUT: 4,
  NETWORK_TRUNCATED: 6,
  SIGNIN_UNAVAILABLE: 4,
  SOURCE_PAGE_INVALID: 3,
  SOURCE_THROTTLED: 8,
  SOURCE_UNAVAILABLE: 6,
};

/**
 * Retries requests to the source. Every attempt throws a DaybookError, whose code and `retry` decide. Sinks have their own
 * rule (deliver/retrying.ts): there a long wait is left to the queue, where here it is waited for, as only time renews the
 * allowance.
 */
export class RetryPolicy {
  readonly #clock: Clock;
  readonly #pauses: RetryPauses;

  constructor(clock: Clock, pauses: RetryPauses) {
    this.#clock = clock;
    this.#pauses = pauses;
  }

  /** Runs `attempt` (numbered from 1) until it succeeds, or throws its last error. Stops at once when aborted. */
  async run<T>(attempt: (number: number) => Promise<T>, signal: AbortSignal): Promise<T> {
    const failures = new Map<ErrorCode, number>();
    for (let number = 1; ; number++) {
      try {
        return await attempt(number);
      } catch (error) {
        if (signal.aborted || !isDaybookError(error) || !mayRetry(error, failures)) throw error;
        await this.#clock.sleep(this.#pauseMs(error, number), signal);
      }
    }
  }

  #pauseMs(error: DaybookError, failed: number): number {
    if (typeof error.retry === "object") return error.retry.after;
    const { firstPauseMs, maxPauseMs, random } = this.#pauses;
    const pauseMs = Math.min(firstPauseMs * 2 ** (failed - 1), maxPauseMs);
    return Math.round(pauseMs * (0.5 + random() / 2));
  }
}

function mayRetry(error: DaybookError, failures: Map<ErrorCode, number>): boolean {
  const count = (failures.get(error.code) ?? 0) + 1;
  failures.set(error.code, count);
  return error.retry !== "never" && count < (MAX_FAILURES[error.code] ?? 0);
}
