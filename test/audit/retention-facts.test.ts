import { describe, expect, it } from "vitest";
import { FindingList } from "../../src/audit/finding-list.js";
import { retentionFacts } from "../../src/audit/retention-facts.js";
import type { Act, LedgerEntry } from "../../src/model/ledger-entry.js";
import type { UtcDay } from "../../src/model/utc-day.js";

const DAY = "2025-01-01" as UtcDay;
const HASH = "0".repeat(64);

/** A day that may be destroyed, with a plan that names it. */
const BEFORE: readonly Act[] = [
  {
    type: "schedule-set",
    schedule: "FIN-07",
    keep: "1y",
    authority: "",
    effective: DAY,
    applies: "later",
    statement_sha256: null,
  },
  { type: "day-sealed", day: DAY, revision: 1, manifest_sha256: HASH },
  { type: "plan-drawn", plan: "P0001", plan_sha256: HASH, days: 1, revisions: 1, bytes: 1 },
];

const refused = (reason: string, subject: string): Act => ({
  type: "disposal-refused",
  plan: "P0001",
  day: DAY,
  revision: 1,
  reason,
  subject,
});

/** The findings when the destruction begins after these acts. */
function findings(...acts: readonly Act[]): readonly string[] {
  const begun: Act = { type: "disposal-begun", plan: "P0001", day: DAY, revision: 1 };
  const entries = [...BEFORE, ...acts, begun].map((act, seq): LedgerEntry => ({
    seq,
    prev: HASH,
    time: "2026-11-20T08:00:00.000Z",
    actor: "daybook",
    ...act,
  }));
  const found = new FindingList();
  retentionFacts(entries, found);
  return found.kept.map(({ code, found: what }) => `${code}: ${what}`);
}

describe("a disposal as the ledger has it", () => {
  it("is right where a lock alone kept the day before", () => {
    expect(findings()).toEqual([]);
    expect(findings(refused("locked", "worm 2026-01-02"))).toEqual([]);
  });

  it("is damage where a hold had taken the day out of the plan", () => {
    expect(findings(refused("held", "H0001"))).toEqual([
      "PLAN_WRONG: 2025-01-01, which H0001 took out of P0001",
    ]);
  });
});
