import type { Clock } from "../io/clock.js";
import { isDaybookError } from "../model/errors.js";
import type { Log } from "../model/log.js";

export interface SinkRetryOptions {
  readonly name: string;
  readonly clock: Clock;
  readonly log: Log;
  readonly attempts?: number;
}

const ATTEMPTS = 4;
const FIRST_PAUSE_MS = 1_000;
const MAX_PAUSE_MS = 60_000;

/**
 * Retries after 1, 2, 4 … seconds, or after the time that the error names. When an operation succeeded but its answer was lost,
 * the store answers the second attempt with `already-there` (fault 72).
 */
export async function retrying<T>(
  options: SinkRetryOptions,
  signal: AbortSignal,
  run: () => Promise<T>,
): Promise<T> {
  const { name, clock, log, attempts = ATTEMPTS } = options;
  for (let attempt = 1; ; attempt += 1) {
    try {
      return await run();
    } catch (error) {
      const pauseMs = signal.aborted ? undefined : pauseAfter(error, attempt);
      if (pauseMs === undefined || attempt >= attempts) throw error;
      const code = isDaybookError(error) ? error.code : undefined;
      log.debug({ sink: name, attempt, code, pauseMs }, "sink operation retried");
      await clock.sleep(pauseMs, signal);
    }
  }
}

function pauseAfter(error: unknown, attempt: number): number | undefined {
  if (!isDaybookError(error) || error.retry === "never") return undefined;
  const pauseMs = error.retry === "backoff" ? FIRST_PAUSE_MS * 2 ** (attempt - 1) : error.retry.after;
  // A longer pause is left to the next pass.
  return pauseMs <= MAX_PAUSE_MS ? pauseMs : undefined;
}
