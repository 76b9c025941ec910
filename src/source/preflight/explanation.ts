/** Why something was refused, in the operator's words. */
export interface Explanation {
  /** The narrowest name there is: an AADSTS number, the source's own code, or Daybook's. */
  readonly code: string;
  readonly found: string;
  readonly expected: string;
  /** The way out. */
  readonly hint: string;
  /** No setting has to change: it may work later by itself. */
  readonly isOutage: boolean;
}
