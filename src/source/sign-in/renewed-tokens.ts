import { isDaybookError } from "../../model/errors.js";
import type { Log } from "../../model/log.js";
import type { Clock } from "../../io/clock.js";
import type { AccessToken, Tokens } from "../tokens.js";
import { SingleFlight } from "./single-flight.js";
import type { SignInMethod } from "./sign-in-method.js";
import { outcomeFailure } from "../last-outcome.js";
import type { OutcomeNote } from "../last-outcome.js";
import type { RefusalBackoff } from "../refusal-backoff.js";

const RENEW_AHEAD_MS = 5 * 60_000;
/** How long a token that could not be renewed is used before the next attempt. */
const RETRY_RENEWAL_MS = 60_000;

export interface RenewalOptions {
  readonly subject: string;
  readonly method: SignInMethod;
  readonly backoff: RefusalBackoff;
  readonly clock: Clock;
  readonly log: Log;
  /** Remembers how the newest attempt ended, for those who look. */
  readonly outcome?: OutcomeNote;
}

/** The tokens of one tenant: kept in this object alone, fetched once however many ask, renewed ahead of their end. */
export class RenewedTokens implements Tokens {
  #current: AccessToken | undefined;
  #renewAtMs = 0;
  readonly #renewal = new SingleFlight((signal) => this.#renew(signal));

  constructor(private readonly options: RenewalOptions) {}

  async token(signal: AbortSignal, rejected?: AccessToken): Promise<AccessToken> {
    signal.throwIfAborted();
    // Compared by value: windows in flight report the same token one after the other, and the first has renewed it.
    if (rejected !== undefined && rejected.value === this.#current?.value) this.#current = undefined;
    const current = this.#current;
    if (current !== undefined && this.options.clock.now() < this.#renewAtMs) return current;
    try {
      return await this.#renewal.join(signal);
    } catch (error) {
      signal.throwIfAborted();
      if (current === undefined || this.options.clock.now() >= current.expiresAtMs) throw error;
      this.#postpone(error);
      return current;
    }
  }

  async #renew(signal: AbortSignal): Promise<AccessToken> {
    const { clock, method, backoff, outcome } = this.options;
    const attempt = await method.prepare(signal);
    await backoff.check(attempt.mark);
    signal.throwIfAborted();
    try {
      const token = await attempt.send(signal);
      const nowMs = clock.now();
      // Of a token that lives only minutes, half its life.
      this.#renewAtMs = token.expiresAtMs - Math.min(RENEW_AHEAD_MS, (token.expiresAtMs - nowMs) / 2);
      this.#current = token;
    } catch (error) {
      if (!signal.aborted) await this.#failed(error, attempt.mark);
      throw error;
    }
    await backoff.succeeded();
    await outcome?.ok();
    return this.#current;
  }

  async #failed(error: unknown, mark: string): Promise<void> {
    const { backoff, outcome } = this.options;
    await backoff.failed(error, mark);
    const failure = outcomeFailure(error);
    if (failure !== undefined) await outcome?.failed(failure);
  }

  /** The token in hand is still good: its renewal may fail for a while without stopping a reading. */
  #postpone(error: unknown): void {
    const { clock, log, subject } = this.options;
    this.#renewAtMs = clock.now() + RETRY_RENEWAL_MS;
    log.warn({ subject, code: isDaybookError(error) ? error.code : "INTERNAL" }, "token renewal postponed");
  }
}
