import { unlessAborted } from "../../io/unless-aborted.js";

/**
 * Callers that come while the work is under way share it. A caller that is aborted leaves alone; when the last one has
 * left, the work is aborted.
 */
export class SingleFlight<T> {
  #flight: Flight<T> | undefined;

  constructor(private readonly work: (signal: AbortSignal) => Promise<T>) {}

  async join(signal: AbortSignal): Promise<T> {
    signal.throwIfAborted();
    const flight = (this.#flight ??= this.#start());
    flight.waiting += 1;
    try {
      return await unlessAborted(flight.result, signal);
    } finally {
      flight.waiting -= 1;
      if (flight.waiting === 0 && this.#flight === flight) {
        // A flight that is being aborted takes no more callers.
        this.#flight = undefined;
        flight.abort.abort(signal.reason);
      }
    }
  }

  #start(): Flight<T> {
    const abort = new AbortController();
    const result = this.work(abort.signal).finally(() => {
      if (this.#flight?.abort === abort) this.#flight = undefined;
    });
    return { result, abort, waiting: 0 };
  }
}

interface Flight<T> {
  readonly result: Promise<T>;
  readonly abort: AbortController;
  waiting: number;
}
