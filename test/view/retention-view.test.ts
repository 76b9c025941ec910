import { describe, expect, it } from "vitest";
import { alarmsOf } from "../../src/view/alarms.js";
import type { AlarmFound } from "../../src/view/alarms.js";
import { viewRetention } from "../../src/view/retention-view.js";
import type { Act } from "../../src/model/ledger-entry.js";
import {
  APPROVAL,
  HOLD,
  PLAN,
  RELEASE,
  RULE_OF_MONTHS,
  UNREACHED,
  indexUnder,
} from "../support/retention-sample.js";
import { NOW_MS } from "../support/status-sample.js";

const view = (...acts: readonly Act[]) => viewRetention(indexUnder(...acts), NOW_MS);

function alarms(...acts: readonly Act[]): readonly AlarmFound[] {
  const nothing = {
    failure: undefined,
    trouble: undefined,
    sinks: [],
    certificate: undefined,
    verifications: [],
    witnesses: { contradicted: [], late: undefined },
  };
  return alarmsOf({ ...nothing, days: { overdue: [], beyondSaving: [] }, retention: view(...acts) });
}

const roster = (number: number, mode: string): Act => ({
  type: "roster-set",
  roster: number,
  roster_sha256: "0".repeat(64),
  mode,
});

describe("what is shown of retention", () => {
  it("names the days that are past it, without those on hold", () => {
    // 400 days after the end of 2025-10-17 is 2026-11-22, the day of the sample.
    expect(view(RULE_OF_MONTHS).overdue.at(0)).toBe("2025-09-03");
    expect(view(RULE_OF_MONTHS).overdue.at(-1)).toBe("2025-10-17");
    expect(view(RULE_OF_MONTHS, HOLD).overdue.at(0)).toBe("2025-09-11");
    expect(view(RULE_OF_MONTHS, HOLD, RELEASE).overdue.at(0)).toBe("2025-09-03");
  });

  it("has the plans that are open, and none that was given up", () => {
    expect(view(PLAN, APPROVAL).plans).toMatchObject([{ plan: { id: "P0001" }, state: "drawn" }]);
    const superseded: Act = { type: "plan-superseded", plan: "P0001", by: "H0001", reason: "hold" };
    expect(view(PLAN, superseded).plans).toEqual([]);
  });

  it("raises an alarm while a hold has not reached a sink, and while one that is released stays in it", () => {
    expect(alarms(HOLD)).toEqual([]);
    expect(alarms(HOLD, UNREACHED)).toMatchObject([
      {
        kind: "hold-not-applied",
        subject: "H0001",
        text: expect.stringContaining("not set in vault") as string,
      },
    ]);
    expect(alarms(HOLD, UNREACHED, RELEASE)[0]?.text).toContain("released and still set in vault");
    expect(alarms(HOLD, UNREACHED, RELEASE, { ...UNREACHED, outcome: "released" } as Act)).toEqual([]);
  });

  it("raises an alarm while the people were replaced without signatures", () => {
    expect(alarms(roster(1, "first"))).toEqual([]);
    expect(alarms(roster(1, "first"), roster(2, "break-glass"))).toMatchObject([{ kind: "people-replaced" }]);
    expect(alarms(roster(1, "first"), roster(2, "break-glass"), roster(3, "quorum"))).toEqual([]);
  });
});
