import { DaybookError } from "../../model/errors.js";
import type { Clock } from "../../io/clock.js";
import type { AccessToken, Tokens } from "../tokens.js";
import type { ReadSecret } from "./sign-in-method.js";
import type { RefusalBackoff } from "../refusal-backoff.js";
import { readClaims } from "./token-claims.js";

/** auth.method `token`: a token that the user's own broker keeps fresh where the configuration names it. Read for every request. */
export class GivenToken implements Tokens {
  constructor(
    private readonly subject: string,
    private readonly readToken: ReadSecret,
    private readonly backoff: RefusalBackoff,
    private readonly clock: Clock,
  ) {}

  async token(signal: AbortSignal, rejected?: AccessToken): Promise<AccessToken> {
    signal.throwIfAborted();
    const value = (await this.readToken()).trim();
    // A token that is not a JWT does not say when it expires; the source refuses it then.
    const expiresAtMs = readClaims(value)?.expiresAtMs ?? Number.MAX_SAFE_INTEGER;
    if (value === "") throw this.#refused("it is empty");
    if (value === rejected?.value) await this.#rejected(value);
    await this.backoff.check(value);
    if (expiresAtMs <= this.clock.now()) throw this.#refused("it has expired");
    return { value, expiresAtMs };
  }

  /** Remembers the refusal, so that the same token is not tried every minute. A new one is used at once. */
  async #rejected(value: string): Promise<never> {
    const error = this.#refused("the source refused it");
    await this.backoff.failed(error, value);
    throw error;
  }

  #refused(found: string): DaybookError {
    return new DaybookError("SIGNIN_REFUSED", {
      message: `${this.subject}: the given token cannot be used: ${found}, expected a fresh one`,
      hint: "let the broker that writes the token renew it; the new one is used without a restart",
    });
  }
}
