/** `damage`: the archive cannot be trusted here. `incomplete`: a reading may not be sealed. `notice`: unusual, nothing lost. */
export type Severity = "damage" | "incomplete" | "notice";

/** What a finding code means. */
export interface FindingKind {
  readonly severity: Severity;
  /** What should hold: lower case, no full stop. */
  readonly rule: string;
  /** What the operator or the auditor can do. */
  readonly hint: string;
}
