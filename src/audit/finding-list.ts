import type { Finding, Severity } from "../model/finding.js";
import { auditFinding } from "./audit-findings.js";
import type { AuditCode, FoundAndExpected } from "./audit-findings.js";

// A hostile archive may give a finding for each of a million files: the first ones tell enough, the rest are counted.
const MOST_KEPT = 1000;

/** What an audit has found so far. */
export class FindingList {
  readonly #kept: Finding[] = [];
  readonly #counts: Record<Severity, number> = { damage: 0, incomplete: 0, notice: 0 };

  add(code: AuditCode, what: FoundAndExpected): void {
    this.take(auditFinding(code, what));
  }

  /** Takes a finding that an earlier step's check made. */
  take(finding: Finding): void {
    this.#counts[finding.severity]++;
    if (this.#kept.length < MOST_KEPT) this.#kept.push(finding);
  }

  /** Adds a finding unless the two values agree. */
  expect(code: AuditCode, what: FoundAndExpected): void {
    if (what.found !== what.expected) this.add(code, what);
  }

  get kept(): readonly Finding[] {
    return this.#kept;
  }

  get counts(): Readonly<Record<Severity, number>> {
    return this.#counts;
  }
}
