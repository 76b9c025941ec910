import type { LedgerEntry } from "./ledger-entry.js";
import type { HoldRecord, PlanAct, PlanRecord, RetentionRecord } from "./retention-record.js";

/** The record after one more entry. Pure; entries of other types change nothing. */
export function addRetentionEntry(record: RetentionRecord, entry: LedgerEntry): RetentionRecord {
  const at = Date.parse(entry.time);
  switch (entry.type) {
    case "schedule-set": {
      const { seq, schedule, keep, authority, effective, applies, statement_sha256: statementSha256 } = entry;
      const set = { seq, at, schedule, keep, authority, effective, applies, statementSha256 };
      return { ...record, schedules: [...record.schedules, set] };
    }
    case "roster-set": {
      const { roster, roster_sha256: sha256, mode, seq } = entry;
      return { ...record, rosters: [...record.rosters, { roster, sha256, mode, seq, at }] };
    }
    case "hold-placed":
      return { ...record, holds: [...record.holds, newHold(entry, at)] };
    case "hold-released":
      return changeHold(record, entry.hold, (hold) => ({
        ...hold,
        released: { at, commitment: entry.text_commitment },
      }));
    case "hold-applied":
      return changeHold(record, entry.hold, (hold) => ({
        ...hold,
        applied: { ...hold.applied, [entry.sink]: entry.outcome },
      }));
    case "export-produced":
      return { ...record, exports: record.exports + 1 };
    case "standing-approved":
    case "standing-withdrawn":
      return addStandingEntry(record, entry, at);
    default:
      return addPlanEntry(record, entry, at);
  }
}

function addStandingEntry(
  record: RetentionRecord,
  entry: Extract<LedgerEntry, { readonly type: "standing-approved" | "standing-withdrawn" }>,
  at: number,
): RetentionRecord {
  if (entry.type === "standing-approved") {
    const { seq, person, schedule, keep, authority, until, statement_sha256: statementSha256 } = entry;
    const approval = { seq, at, person, schedule, keep, authority, until, statementSha256 };
    return { ...record, standing: [...record.standing, approval] };
  }
  const standing = record.standing.map((one) =>
    one.statementSha256 === entry.approval_sha256 ? { ...one, withdrawn: actOf(entry, at) } : one,
  );
  return { ...record, standing };
}

function addPlanEntry(record: RetentionRecord, entry: LedgerEntry, at: number): RetentionRecord {
  switch (entry.type) {
    case "plan-drawn":
      return { ...record, plans: [...record.plans, newPlan(entry, at)] };
    case "disposal-approved":
      return changePlan(record, entry.plan, (plan) => ({
        ...plan,
        approvals: [...plan.approvals, actOf(entry, at)],
      }));
    case "plan-refused":
      return changePlan(record, entry.plan, (plan) => ({ ...plan, refused: actOf(entry, at) }));
    case "plan-superseded":
      return changePlan(record, entry.plan, (plan) => ({
        ...plan,
        superseded: { by: entry.by, reason: entry.reason, at },
      }));
    case "disposal-refused":
      return changePlan(record, entry.plan, (plan) => ({
        ...plan,
        kept: { ...plan.kept, [entry.day]: `${entry.reason} ${entry.subject}`.trim() },
      }));
    case "disposal-begun":
      return changePlan(record, entry.plan, (plan) => ({ ...plan, begun: plan.begun + 1 }));
    case "disposed":
      // A day's first revision is the last to be recorded, so each day counts once.
      return entry.revision === 1
        ? changePlan(record, entry.plan, (plan) => ({
            ...plan,
            done: plan.done + 1,
            kept: without(plan.kept, entry.day),
          }))
        : record;
    default:
      return record;
  }
}

function newHold(entry: Extract<LedgerEntry, { readonly type: "hold-placed" }>, at: number): HoldRecord {
  const { hold: id, from, to, future, matter_ref: matterRef, seq } = entry;
  const { statement_sha256: statementSha256, text_commitment: commitment } = entry;
  const range = { id, from, to, future, matterRef, commitment, statementSha256 };
  return { ...range, placedSeq: seq, placedAt: at, applied: {} };
}

function newPlan(entry: Extract<LedgerEntry, { readonly type: "plan-drawn" }>, at: number): PlanRecord {
  const { plan: id, plan_sha256: sha256, days, revisions, bytes, seq, actor } = entry;
  const drawn = { id, sha256, drawnSeq: seq, drawnAt: at, drawnBy: actor, days, revisions, bytes };
  return { ...drawn, approvals: [], begun: 0, done: 0, kept: {} };
}

function actOf(
  entry: Extract<LedgerEntry, { readonly type: "disposal-approved" | "plan-refused" | "standing-withdrawn" }>,
  at: number,
): PlanAct {
  return { seq: entry.seq, at, person: entry.person, statementSha256: entry.statement_sha256 };
}

function changeHold(
  record: RetentionRecord,
  id: string,
  change: (hold: HoldRecord) => HoldRecord,
): RetentionRecord {
  return { ...record, holds: record.holds.map((hold) => (hold.id === id ? change(hold) : hold)) };
}

function changePlan(
  record: RetentionRecord,
  id: string,
  change: (plan: PlanRecord) => PlanRecord,
): RetentionRecord {
  return { ...record, plans: record.plans.map((plan) => (plan.id === id ? change(plan) : plan)) };
}

function without(kept: Readonly<Record<string, string>>, day: string): Readonly<Record<string, string>> {
  return Object.fromEntries(Object.entries(kept).filter(([name]) => name !== day));
}
