import type { AccessToken } from "../tokens.js";

/** One way to prove who Daybook is. */
export interface SignInMethod {
  /**
   * Reads the credential anew, so that one rotated on disk is used at once, and nothing of it is kept afterwards. Throws
   * SECRET_UNREADABLE when it cannot be used.
   */
  prepare(signal: AbortSignal): Promise<SignInAttempt>;
}

/** One attempt with the credential as it was just now. Lives no longer than the attempt. */
export interface SignInAttempt {
  /** Differs when the credential does: a refusal of one credential says nothing of the next. A secret: never stored as it is. */
  readonly mark: string;
  /** Throws SIGNIN_REFUSED, SIGNIN_UNAVAILABLE or one of the network's codes; the signal's reason when aborted. */
  send(signal: AbortSignal): Promise<AccessToken>;
}

/** Reads a secret where it lies now. */
export type ReadSecret = () => Promise<string>;
