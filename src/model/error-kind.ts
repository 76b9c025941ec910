/**
 * What went wrong; decides what Daybook does next, and in the commands the exit code.
 * `absent`: there is nothing to verify. `busy`: another process has what is needed. `gap`: a day cannot be had any more.
 * `outage`: something else than Daybook failed. `refused`: the source or its sign-in denied access. `retained`: a hold, a retention period or a missing approval forbids it.
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
  | "retained"
  | "usage";

/** Where it went wrong. */
export type ErrorArea = "archive" | "command" | "disk" | "process" | "retention" | "sink" | "source";

/**
 * How far a failure of a day's work reaches. `all`: the next day would fail in the same way. `day`: it concerns that day alone.
 * `host-or-day`: it may concern the host or that day alone, so the next day is tried; two days in a row mean the host.
 */
export type ErrorReach = "all" | "day" | "host-or-day";

/** What an error code means, and what the operator can do. */
export interface CatalogueEntry {
  readonly area: ErrorArea;
  readonly kind: ErrorKind;
  readonly retry: "never" | "backoff";
  readonly meaning: string;
  readonly hint: string;
  readonly reach: ErrorReach;
  /** In a reading of an archive: the content is at fault, not the way to it. */
  readonly isContentFault: boolean;
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
    reach: "all",
    isContentFault: false,
  });

export const ofDay = (entry: CatalogueEntry): CatalogueEntry => ({ ...entry, reach: "day" });

export const ofHostOrDay = (entry: CatalogueEntry): CatalogueEntry => ({ ...entry, reach: "host-or-day" });

export const ofContent = (entry: CatalogueEntry): CatalogueEntry => ({ ...entry, isContentFault: true });
