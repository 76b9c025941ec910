import { DaybookError } from "../../model/errors.js";
import type { Clock } from "../../io/clock.js";
import type { AccessToken, Tokens } from "../tokens.js";
import type { ReadSecret } from "./sign-in-method.js";
import { outcomeFailure } from "../last-outcome.js";
import type { OutcomeNote } from "../last-outcome.js";
import type { RefusalBackoff } from "../refusal-backoff.js";
import { readClaims } from "./token-claims.js";

/** auth.method `token`: a token that the user's own broker keeps fresh where the configuration names it. Read for every request. */
export class GivenToken implements Tokens {
  constructor(
    private readonly subject: string,
    private readonly readToken: ReadSecret,
    private readonly doors: {
      readonly backoff: RefusalBackoff;
      readonly clock: Clock;
      readonly outcome?: OutcomeNote;
    },
  ) {}

  async token(signal: AbortSignal, rejected?: AccessToken): Promise<AccessToken> {
    const { backoff, clock, outcome } = this.doors;
    signal.throwIfAborted();
    const value = (await this.readToken()).trim();
    // A token that is not a JWT does not say when it expires; the source refuses it then.
    const expiresAtMs = readClaims(value)?.expiresAtMs ?? Number.MAX_SAFE_INTEGER;
    if (value === "") return this.#refuse("it is empty");
    if (value === rejected?.value) return this.#refuse("the source refused it", value);
    await backoff.check(value);
    if (expiresAtMs <= clock.now()) return this.#refuse("it has expired");
    await outcome?.ok();
    return { value, expiresAtMs };
  }

  /** Remembers that the source refused `value`, so that it is not tried every minute. A new one is used at once. */
  async #refuse(found: string, value?: string): Promise<never> {
    const { backoff, outcome } = this.doors;
    const error = new DaybookError("SIGNIN_REFUSED", {
      message: `${this.subject}: the given token cannot be used: ${found}, expected a fresh one`,
      hint: "let the broker that writes the token renew it; the new one is used without a restart",
    });
    if (value !== undefined) await backoff.failed(error, value);
    const failure = outcomeFailure(error);
    if (failure !== undefined) await outcome?.failed(failure);
    throw error;
  }
}
