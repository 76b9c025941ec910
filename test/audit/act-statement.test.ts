import { describe, expect, it } from "vitest";
import type { Plan } from "../../src/archive/plan.js";
import type { Statement } from "../../src/archive/statement.js";
import { mismatch, standingMismatch } from "../../src/audit/act-statement.js";
import type { EntryOf } from "../../src/model/ledger-entry.js";
import type { StandingApproval } from "../../src/model/retention-record.js";
import { sha256Hex } from "../../src/model/sha256.js";
import type { UtcDay } from "../../src/model/utc-day.js";

const RULE = { schedule: "FIN-07", keep: "7y", authority: "HGB section 257" };
const UNTIL = "2027-11-20" as UtcDay;
const STATEMENT_SHA256 = sha256Hex("statement");

const STATEMENT = {
  statement: "standing-approval",
  subject: { ...RULE, until: UNTIL },
  text_commitment: sha256Hex(""),
  time: "2026-11-20T08:00:00.000Z",
} as Extract<Statement, { readonly statement: "standing-approval" }>;

const ACT = {
  seq: 50,
  type: "disposal-approved",
  statement_sha256: STATEMENT_SHA256,
} as EntryOf<"disposal-approved">;

const APPROVAL: StandingApproval = {
  ...RULE,
  seq: 40,
  at: 0,
  person: "records-manager",
  until: UNTIL,
  statementSha256: STATEMENT_SHA256,
};

const withdrawn = (seq: number): StandingApproval => ({
  ...APPROVAL,
  withdrawn: { seq, at: 0, person: "legal-counsel", statementSha256: sha256Hex("other") },
});

const planOf = (...rules: readonly object[]): Plan => ({ days: rules }) as unknown as Plan;

const act = (until: string): EntryOf<"standing-approved"> =>
  ({ type: "standing-approved", ...RULE, until }) as EntryOf<"standing-approved">;
const until = (day: string): typeof STATEMENT => ({
  ...STATEMENT,
  subject: { ...RULE, until: day as UtcDay },
});

describe("an approval in advance that a plan rests on", () => {
  it("counts for a plan whose days were all kept by its rule", () => {
    expect(standingMismatch(ACT, STATEMENT, planOf(RULE, RULE), [APPROVAL])).toBeUndefined();
  });

  it("counts for a plan that it approved before it was withdrawn", () => {
    expect(standingMismatch(ACT, STATEMENT, planOf(RULE), [withdrawn(51)])).toBeUndefined();
  });

  it.each([
    ["a day under another rule", planOf(RULE, { ...RULE, keep: "1y" }), [APPROVAL], "one for every day"],
    ["no plan", undefined, [APPROVAL], "one for every day"],
    ["no entry of the approval", planOf(RULE), [], "one that is"],
    ["an entry that came later", planOf(RULE), [{ ...APPROVAL, seq: 51 }], "one that is"],
    ["a withdrawal before the plan", planOf(RULE), [withdrawn(45)], "one that counts"],
  ])("counts for nothing with %s", (_what, plan, approvals, expected) => {
    expect(standingMismatch(ACT, STATEMENT, plan, approvals)?.expected).toContain(expected);
  });

  it("is for a year and a day at most, counted from the day it was written", () => {
    expect(mismatch(act("2027-11-21"), until("2027-11-21"))).toBeUndefined();
    expect(mismatch(act("2027-11-22"), until("2027-11-22"))?.expected).toBe("2027-11-21 at the latest");
  });
});
