import type { Http, HttpAnswer, HttpRequest } from "../io/http.js";

/**
 * HTTP shared by all tenants: at most `atOnce` requests in flight, first come, first served. A tenant with a month to fill delays
 * the others only by its own few windows, and the number of bodies in memory is bounded.
 */
export class SharedHttp implements Http {
  #free: number;
  readonly #waiting = new Set<() => void>();

  constructor(
    private readonly http: Http,
    atOnce: number,
  ) {
    this.#free = atOnce;
  }

  async request(request: HttpRequest, signal: AbortSignal): Promise<HttpAnswer> {
    await this.#turn(signal);
    try {
      return await this.http.request(request, signal);
    } finally {
      this.#passOn();
    }
  }

  async #turn(signal: AbortSignal): Promise<void> {
    signal.throwIfAborted();
    if (this.#free > 0) {
      this.#free -= 1;
      return;
    }
    await new Promise<void>((resolve, reject) => {
      const stop = (): void => {
        this.#waiting.delete(begin);
        reject(signal.reason);
      };
      const begin = (): void => {
        signal.removeEventListener("abort", stop);
        resolve();
      };
      signal.addEventListener("abort", stop, { once: true });
      this.#waiting.add(begin);
    });
  }

  /** Hands the slot to the longest waiting request, so that no later one can overtake it. */
  #passOn(): void {
    const [next] = this.#waiting;
    if (next === undefined) {
      this.#free += 1;
      return;
    }
    this.#waiting.delete(next);
    next();
  }
}
