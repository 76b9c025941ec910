import { FINDING_CATALOGUE } from "./finding-catalogue.js";
import type { FindingCode } from "./finding-catalogue.js";
import type { Severity } from "./finding-kind.js";
import type { UtcDay } from "./utc-day.js";

export type { FindingCode } from "./finding-catalogue.js";
export type { Severity } from "./finding-kind.js";

/** What a finding says beside its code. */
export interface FindingDetails {
  /** What is concerned: a path in the archive, a window, a page, a day. */
  readonly subject: string;
  readonly found: string;
  readonly expected: string;
  readonly day?: UtcDay | undefined;
}

/** One discrepancy, as data for an auditor. `code` is listed in docs/FINDINGS.md. */
export interface Finding {
  readonly code: FindingCode;
  readonly severity: Severity;
  readonly subject: string;
  /** The rule in words, lower case, no full stop. */
  readonly rule: string;
  readonly found: string;
  readonly expected: string;
  readonly day?: UtcDay;
}

/** A finding with the severity and rule of its code. */
export function finding(code: FindingCode, { subject, found, expected, day }: FindingDetails): Finding {
  const { severity, rule } = FINDING_CATALOGUE[code];
  return { code, severity, subject, rule, found, expected, ...(day === undefined ? {} : { day }) };
}
