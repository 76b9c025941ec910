import type { Clock } from "../io/clock.js";
import { isDaybookError } from "../model/errors.js";
import type { Log } from "../model/log.js";
import { StandingRefusal } from "./standing-refusal.js";
import type { RefusalStamp } from "./standing-refusal.js";

export interface AccessOptions {
  /** For the log: `access of contoso`. */
  readonly subject: string;
  /** Who asks whom, as configured: a refusal of one application says nothing of another. */
  readonly application: string;
  readonly clock: Clock;
  readonly log: Log;
  readonly stamp?: RefusalStamp;
}

/** Keeps requests apart after the source has refused the application itself, with whatever token. */
export class AccessPause {
  readonly #application: string;
  readonly #refusal: StandingRefusal;

  constructor(options: AccessOptions) {
    this.#application = options.application;
    this.#refusal = new StandingRefusal({ ...options, code: "ACCESS_DENIED" });
  }

  /** Throws what the source said last while it still stands. */
  async check(): Promise<void> {
    await this.#refusal.check(this.#application);
  }

  /** Remembers how a request failed. */
  async failed(error: unknown): Promise<void> {
    if (isDaybookError(error, "ACCESS_DENIED")) await this.#refusal.remember(error, this.#application);
  }

  async succeeded(): Promise<void> {
    await this.#refusal.forget();
  }
}
