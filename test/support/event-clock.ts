import type { Clock } from "../../src/io/clock.js";
import type { Files } from "../../src/io/files.js";
import type { Http } from "../../src/io/http.js";
import { threadPoolWork } from "./thread-pool.js";

interface Sleeper {
  readonly atMs: number;
  readonly wake: () => void;
}

/** Turns of the event loop without any work at the doors, after which everybody is taken to be asleep. */
const QUIET_TURNS = 12;

/**
 * A clock for many who sleep side by side: time stands still while anybody works at a door, and jumps to the next who wakes when
 * all sleep. Years pass in seconds, in the order in which they would.
 */
export class EventClock implements Clock {
  #nowMs: number;
  #busy = 0;
  #works = 0;
  #isChecking = false;
  readonly #sleepers = new Set<Sleeper>();
  readonly #appointments = new Set<Sleeper>();

  constructor(start: string) {
    this.#nowMs = Date.parse(start);
  }

  now(): number {
    return this.#nowMs;
  }

  sleep(ms: number, signal?: AbortSignal): Promise<void> {
    return new Promise((resolve, reject) => {
      if (signal?.aborted === true) {
        reject(signal.reason as Error);
        return;
      }
      const stop = (): void => {
        this.#sleepers.delete(sleeper);
        reject(signal?.reason as Error);
      };
      const wake = (): void => {
        signal?.removeEventListener("abort", stop);
        resolve();
      };
      const sleeper = { atMs: this.#nowMs + ms, wake };
      signal?.addEventListener("abort", stop, { once: true });
      this.#sleepers.add(sleeper);
      this.#check();
    });
  }

  /** Calls `act` when the time has come; nobody's sleep, so time does not pass for its sake alone. */
  at(time: string | number, act: () => void): void {
    const atMs = typeof time === "number" ? time : Date.parse(time);
    this.#appointments.add({ atMs, wake: act });
  }

  /** The clock is set, as an operator or NTP does; who sleeps goes on sleeping as long as he would have. */
  set(time: string): void {
    const jumpMs = Date.parse(time) - this.#nowMs;
    this.#nowMs += jumpMs;
    const sleeping = [...this.#sleepers];
    this.#sleepers.clear();
    for (const { atMs, wake } of sleeping) this.#sleepers.add({ atMs: atMs + jumpMs, wake });
  }

  watchHttp(http: Http): Http {
    return { request: (request, signal) => this.#during(http.request(request, signal)) };
  }

  /** Also a file that is being written or streamed is work: what fills it may be busy elsewhere. */
  watchFiles(files: Files): Files {
    const watched = Object.entries(files).map(([name, act]: [string, unknown]) => {
      if (typeof act !== "function" || name === "create" || name === "stream") return [name, act];
      return [name, (...given: unknown[]) => this.#during(act(...given) as Promise<unknown>)];
    });
    return {
      ...(Object.fromEntries(watched) as unknown as Files),
      create: async (path, mode) => {
        const writer = await this.#during(files.create(path, mode));
        const end = this.hold();
        return {
          write: (bytes) => writer.write(bytes),
          finish: () => writer.finish().finally(end),
          abort: () => writer.abort().finally(end),
        };
      },
      stream: (path) => this.#streamed(files.stream(path)),
    };
  }

  async *#streamed(stream: AsyncIterable<Uint8Array>): AsyncGenerator<Uint8Array> {
    const end = this.hold();
    try {
      yield* stream;
    } finally {
      end();
    }
  }

  async #during<T>(work: Promise<T>): Promise<T> {
    const end = this.hold();
    try {
      return await work;
    } finally {
      end();
    }
  }

  /** Time stands still until what is returned is called. */
  hold(): () => void {
    this.#busy += 1;
    this.#works += 1;
    let isOver = false;
    return () => {
      if (!isOver) this.#busy -= 1;
      isOver = true;
    };
  }

  #check(): void {
    if (this.#isChecking) return;
    this.#isChecking = true;
    let [quiet, works] = [0, this.#workStarted()];
    const turn = (): void => {
      const isQuiet = this.#busy === 0 && threadPoolWork().running === 0 && works === this.#workStarted();
      quiet = isQuiet ? quiet + 1 : 0;
      works = this.#workStarted();
      if (quiet < QUIET_TURNS) {
        setImmediate(turn);
        return;
      }
      this.#isChecking = false;
      this.#wakeNext();
    };
    setImmediate(turn);
  }

  #workStarted(): number {
    return this.#works + threadPoolWork().started;
  }

  #wakeNext(): void {
    if (this.#sleepers.size === 0) return;
    const [next] = [...this.#appointments, ...this.#sleepers].toSorted((a, b) => a.atMs - b.atMs);
    if (next === undefined) return;
    this.#sleepers.delete(next);
    this.#appointments.delete(next);
    this.#nowMs = Math.max(this.#nowMs, next.atMs);
    next.wake();
    if (this.#sleepers.size > 0) this.#check();
  }
}
