import type { UtcDay } from "./utc-day.js";

/** `damage`: the archive cannot be trusted here. `incomplete`: a reading may not be sealed. `notice`: odd, nothing lost. */
export type Severity = "damage" | "incomplete" | "notice";

/** One discrepancy, as data for an auditor: what was looked at, by which rule, what was found and what was expected. */
export interface Finding {
  readonly code: string;
  readonly severity: Severity;
  /** What is concerned: a path in the archive, a window, a page, a sink. */
  readonly subject: string;
  /** The rule in words, lower case, no full stop. */
  readonly rule: string;
  readonly found: string;
  readonly expected: string;
  readonly day?: UtcDay;
}
