/**
 * What went wrong; decides what Daybook does next, and in the commands the exit code.
 * `absent`: there is nothing to verify. `busy`: another process has what is needed. `gap`: a day cannot be had any more.
 * `outage`: something else than Daybook failed. `refused`: the source or its sign-in denied access.
 */
export type ErrorKind =
  | "absent"
  | "busy"
  | "config"
  | "defect"
  | "disk"
  | "gap"
  | "integrity"
  | "interrupted"
  | "outage"
  | "refused"
  | "usage";

/** Where it went wrong. */
export type ErrorArea = "archive" | "command" | "disk" | "process" | "sink" | "source";

/** What an error code means, and what the operator can do. */
export interface CatalogueEntry {
  readonly area: ErrorArea;
  readonly kind: ErrorKind;
  readonly retry: "never" | "backoff";
  readonly meaning: string;
  readonly hint: string;
}

/** Makes the entries of one area. */
export const entriesOf =
  (area: ErrorArea) =>
  (kind: ErrorKind, retry: "never" | "backoff", meaning: string, hint: string): CatalogueEntry => ({
    area,
    kind,
    retry,
    meaning,
    hint,
  });
