import type { Clock } from "../io/clock.js";
import { isDaybookError } from "../model/errors.js";
import type { Log } from "../model/log.js";

export interface RetryOptions {
  readonly name: string;
  readonly clock: Clock;
  readonly log: Log;
  readonly attempts?: number;
}

const ATTEMPTS = 4;
const FIRST_PAUSE_MS = 1_000;
const LONGEST_PAUSE_MS = 60_000;

/**
 * Tries again what may succeed later: 1, 2, 4 … seconds apart, or when the error says. An operation that succeeded although
 * its answer was lost is answered `already-there` by the store the second time (fault 72).
 */
export async function retrying<T>(
  options: RetryOptions,
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
      log.debug({ sink: name, attempt, code, pauseMs }, "sink operation failed, to be tried again");
      await clock.sleep(pauseMs, signal);
    }
  }
}

function pauseAfter(error: unknown, attempt: number): number | undefined {
  if (!isDaybookError(error) || error.retry === "never") return undefined;
  const pauseMs = error.retry === "backoff" ? FIRST_PAUSE_MS * 2 ** (attempt - 1) : error.retry.after;
  // A sink that asks for a longer pause is left to its queue.
  return pauseMs <= LONGEST_PAUSE_MS ? pauseMs : undefined;
}
