import type { Http, HttpAnswer, HttpRequest } from "../io/http.js";

/**
 * The network for many tenants side by side: at most `atOnce` requests in flight, in the order in which they were asked for.
 * So a tenant with a month to fill delays no other by more than its own few windows, and the bodies in memory stay few.
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

  /** The slot goes straight to who has waited longest; nobody who comes later can take it before. */
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
