import { DaybookError, isDaybookError } from "../../model/errors.js";
import type { Log } from "../../model/log.js";
import type { Clock } from "../../io/clock.js";
import { StandingRefusal } from "../standing-refusal.js";
import type { RefusalStamp } from "../standing-refusal.js";

export interface PauseOptions {
  /** Opens every message: `sign-in of contoso`. */
  readonly subject: string;
  readonly clock: Clock;
  readonly log: Log;
  readonly stamp?: RefusalStamp;
}

/** Keeps sign-in attempts apart after a refusal, and after an answer that names a time to come back. */
export class SignInPause {
  readonly #clock: Clock;
  readonly #refusal: StandingRefusal;
  #unavailable: { readonly message: string; readonly untilMs: number } | undefined;

  constructor(options: PauseOptions) {
    this.#clock = options.clock;
    this.#refusal = new StandingRefusal({ ...options, code: "SIGNIN_REFUSED" });
  }

  /** Throws what the service said last while it still stands. A refusal of another credential does not. */
  async check(mark: string): Promise<void> {
    this.#checkAvailable(this.#clock.now());
    await this.#refusal.check(mark);
  }

  /** Remembers how an attempt failed. */
  async failed(error: unknown, mark: string): Promise<void> {
    if (isDaybookError(error, "SIGNIN_REFUSED")) {
      await this.#refusal.remember(error, mark);
    } else if (isDaybookError(error, "SIGNIN_UNAVAILABLE") && typeof error.retry === "object") {
      this.#unavailable = { message: error.message, untilMs: this.#clock.now() + error.retry.after };
    }
  }

  async succeeded(): Promise<void> {
    this.#unavailable = undefined;
    await this.#refusal.forget();
  }

  #checkAvailable(nowMs: number): void {
    if (this.#unavailable === undefined || nowMs >= this.#unavailable.untilMs) return;
    const { message, untilMs } = this.#unavailable;
    throw new DaybookError("SIGNIN_UNAVAILABLE", { message, retry: { after: untilMs - nowMs } });
  }
}
