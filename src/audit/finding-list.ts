import { printable } from "../archive/printable.js";
import type { ARCHIVE_FINDINGS } from "../model/archive-findings.js";
import type { BAG_FINDINGS } from "../model/bag-findings.js";
import type { ANCHOR_FINDINGS } from "../model/anchor-findings.js";
import type { RETENTION_FINDINGS } from "../model/retention-findings.js";
import { finding } from "../model/finding.js";
import type { Finding, FindingDetails, Severity } from "../model/finding.js";

// A hostile archive may give a finding for each of a million files: the first ones tell enough, the rest are counted.
const MAX_KEPT = 1000;

/** What an audit itself can find. It also reports what the checks of a reading find in a sealed day. */
export type AuditCode =
  | keyof typeof ARCHIVE_FINDINGS
  | keyof typeof RETENTION_FINDINGS
  | keyof typeof ANCHOR_FINDINGS
  | keyof typeof BAG_FINDINGS;

/** What an audit has found so far. Subjects and values may come from a hostile archive: they are made printable here. */
export class FindingList {
  readonly #kept: Finding[] = [];
  readonly #counts: Record<Severity, number> = { damage: 0, incomplete: 0, notice: 0 };

  add(code: AuditCode, what: FindingDetails): void {
    this.#keep(finding(code, what));
  }

  /** Adds what forbids sealing a reading: in a day that is sealed it is damage. */
  addDamage(found: Finding): void {
    this.#keep({ ...found, severity: "damage" });
  }

  /** Adds all of another list. */
  addAll({ kept, counts }: FindingList): void {
    const dropped = { ...counts };
    for (const one of kept) {
      dropped[one.severity]--;
      this.#keep(one);
    }
    for (const severity of Object.keys(dropped) as Severity[]) this.#counts[severity] += dropped[severity];
  }

  /** Adds a finding unless the two values agree. */
  expect(code: AuditCode, what: FindingDetails): void {
    if (what.found !== what.expected) this.add(code, what);
  }

  get kept(): readonly Finding[] {
    return this.#kept;
  }

  get counts(): Readonly<Record<Severity, number>> {
    return this.#counts;
  }

  #keep(one: Finding): void {
    this.#counts[one.severity]++;
    if (this.#kept.length >= MAX_KEPT) return;
    const { subject, found, expected } = one;
    this.#kept.push({
      ...one,
      subject: printable(subject),
      found: printable(found),
      expected: printable(expected),
    });
  }
}
