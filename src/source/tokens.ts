/** A bearer token for the source. `value` is a secret: it goes into one header and nowhere else. */
export interface AccessToken {
  readonly value: string;
  /** When it stops being valid, in milliseconds since the epoch. */
  readonly expiresAtMs: number;
}

/** The sign-in. The reader calls it before every request and keeps no token of its own. */
export interface Tokens {
  /**
   * A token valid now; `rejected` names one that the source refused, so a new one must be fetched. Throws SIGNIN_REFUSED
   * or SIGNIN_UNAVAILABLE; the signal's reason when aborted.
   */
  token(signal: AbortSignal, rejected?: AccessToken): Promise<AccessToken>;
}
