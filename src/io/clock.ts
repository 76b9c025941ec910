import { setTimeout as wait } from "node:timers/promises";

/** The door to time. Nothing else reads the clock or waits, so that a test can run years in minutes. */
export interface Clock {
  /** Milliseconds since 1970-01-01T00:00Z. */
  now(): number;
  /** Resolves after `ms` milliseconds; rejects with the signal's reason as soon as it aborts. */
  sleep(ms: number, signal?: AbortSignal): Promise<void>;
}

export const systemClock: Clock = {
  now: () => Date.now(),
  sleep: sleepReal,
};

/** A clock that runs as the system's does but shows another time: the demo's tenant lives at a fixed date. */
export function clockStartingAt(startMs: number): Clock {
  const offsetMs = startMs - Date.now();
  return { now: () => Date.now() + offsetMs, sleep: sleepReal };
}

// setTimeout takes at most 2^31-1 ms: a longer wait is made of several.
const MAX_TIMER_MS = 2_147_483_647;

async function sleepReal(ms: number, signal?: AbortSignal): Promise<void> {
  for (let left = ms; left > 0; left -= MAX_TIMER_MS) {
    try {
      await wait(Math.min(left, MAX_TIMER_MS), undefined, signal === undefined ? {} : { signal });
    } catch (error) {
      throw signal?.aborted === true ? signal.reason : error;
    }
  }
}
