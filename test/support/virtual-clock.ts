import type { Clock } from "../../src/io/clock.js";

/** A clock that stands still and jumps over every wait: hours of throttling pass in no time. */
export class VirtualClock implements Clock {
  #nowMs: number;
  /** Every wait asked for, in milliseconds. */
  readonly waits: number[] = [];

  constructor(start: string | number) {
    this.#nowMs = typeof start === "number" ? start : Date.parse(start);
  }

  now(): number {
    return this.#nowMs;
  }

  async sleep(ms: number, signal?: AbortSignal): Promise<void> {
    signal?.throwIfAborted();
    this.waits.push(ms);
    this.#nowMs += ms;
    // One turn of the event loop, so that what waits on the network gets its share.
    await new Promise((resolve) => setImmediate(resolve));
    signal?.throwIfAborted();
  }

  /** Time that passes without anyone waiting for it. */
  advance(ms: number): void {
    this.#nowMs += ms;
  }
}
