import { setImmediate } from "node:timers/promises";

/** Work that is done in one go, in bytes: some 10 ms in the worst case, well below what a health check notices. */
export const SLICE_BYTES = 512 * 1024;

/** What an event costs beside its bytes, however small it is. */
const EVENT_BYTES = 512;

/** Measures a long computation, so that it can be cut into slices. */
export class Slice {
  #left = SLICE_BYTES;

  /** Adds an event, or another part, of `bytes`. True at the end of a slice; the next one has begun then. */
  isUsedBy(bytes: number): boolean {
    this.#left -= bytes + EVENT_BYTES;
    if (this.#left > 0) return false;
    this.#left = SLICE_BYTES;
    return true;
  }
}

/** Lets timers, sockets and signals have their turn before a long computation goes on. */
export async function yieldToLoop(): Promise<void> {
  await setImmediate();
}

/** Runs a computation that yields at the end of each slice, with a turn of the event loop between slices. */
export async function runYielding<T>(steps: Iterator<undefined, T>): Promise<T> {
  for (;;) {
    const step = steps.next();
    if (step.done === true) return step.value;
    await yieldToLoop();
  }
}
