import { parseKeep, retainUntil } from "./keep.js";
import type { LedgerEntry } from "./ledger-entry.js";
import type { UtcDay } from "./utc-day.js";

/** A retention rule that came into force with an entry of the ledger. */
export interface ScheduleSet {
  readonly seq: number;
  /** Milliseconds since the epoch. */
  readonly at: number;
  readonly schedule: string;
  readonly keep: string;
  readonly authority: string;
  readonly effective: UtcDay;
  /** `all`: also days sealed before it; `later`: only days sealed after it. */
  readonly applies: string;
  readonly statementSha256: string | null;
}

export interface HoldRecord {
  /** `H0001` */
  readonly id: string;
  /** Null: from the first day on. */
  readonly from: UtcDay | null;
  /** Null: every later day. */
  readonly to: UtcDay | null;
  readonly future: boolean;
  readonly matterRef: string;
  readonly commitment: string;
  readonly statementSha256: string | null;
  readonly placedSeq: number;
  readonly placedAt: number;
  readonly released?: { readonly at: number; readonly commitment: string };
  /** By sink, the newest outcome of applying it, or of taking it off after the release. */
  readonly applied: Readonly<Record<string, string>>;
}

export interface PlanAct {
  readonly seq: number;
  readonly at: number;
  readonly person: string;
  readonly statementSha256: string | null;
}

export interface PlanRecord {
  /** `P0001` */
  readonly id: string;
  readonly sha256: string;
  readonly drawnSeq: number;
  readonly drawnAt: number;
  readonly drawnBy: string;
  readonly days: number;
  readonly revisions: number;
  readonly bytes: number;
  readonly approvals: readonly PlanAct[];
  readonly refused?: PlanAct;
  readonly superseded?: { readonly by: string; readonly reason: string; readonly at: number };
  /** Days whose disposal began, and those of them that are gone from every copy. */
  readonly begun: number;
  readonly done: number;
  /** Days that a hold, a lock or another reason took out of the run, with the newest reason of each. */
  readonly kept: Readonly<Record<string, string>>;
}

/** Nobody approves for longer than a year in advance. */
export const MAX_STANDING_DAYS = 366;

/** Somebody's approval in advance of every plan whose days were kept by one rule. */
export interface StandingApproval {
  readonly seq: number;
  readonly at: number;
  readonly person: string;
  readonly schedule: string;
  readonly keep: string;
  readonly authority: string;
  /** The last UTC day on which it counts. */
  readonly until: UtcDay;
  readonly statementSha256: string;
  readonly withdrawn?: PlanAct;
}

export interface RosterSet {
  readonly roster: number;
  readonly sha256: string;
  readonly mode: string;
  readonly seq: number;
  readonly at: number;
}

/** What the acts of a ledger say about retention, apart from single days. Plain JSON, so that a checkpoint can keep it. */
export interface RetentionRecord {
  /** In the order of the ledger. */
  readonly schedules: readonly ScheduleSet[];
  readonly holds: readonly HoldRecord[];
  readonly rosters: readonly RosterSet[];
  readonly plans: readonly PlanRecord[];
  readonly standing: readonly StandingApproval[];
}

export const NO_RETENTION: RetentionRecord = {
  schedules: [],
  holds: [],
  rosters: [],
  plans: [],
  standing: [],
};

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

/** The holds that stand on the day. */
export function holdsOn({ holds }: Pick<RetentionRecord, "holds">, day: UtcDay): readonly HoldRecord[] {
  return holds.filter((hold) => hold.released === undefined && covers(hold, day));
}

/** Whether the day lies in the hold's range. */
export function covers({ from, to }: Pick<HoldRecord, "from" | "to">, day: UtcDay): boolean {
  return (from === null || day >= from) && (to === null || day <= to);
}

/** Whether the approval counts on `today` for a day that was kept by this rule. */
export function approves(
  { schedule, keep, authority, until, withdrawn }: StandingApproval,
  rule: { readonly schedule: string; readonly keep: string; readonly authority: string },
  today: UtcDay,
): boolean {
  const isRule = schedule === rule.schedule && keep === rule.keep && authority === rule.authority;
  return isRule && withdrawn === undefined && today <= until;
}

/** How long a day is kept, by which rule. */
export interface DayRetention {
  readonly schedule: string;
  readonly keep: string;
  readonly authority: string;
  /** The first day on which the day may be destroyed. */
  readonly retainUntil: UtcDay;
}

/**
 * The retention of a day whose first revision was sealed under `schedules[sealedUnder]`. A later rule counts when it applies to all
 * days: it lengthens, and shortens only where a person has signed for it. Undefined while the ledger has no rule.
 */
export function retentionOf(
  { schedules }: Pick<RetentionRecord, "schedules">,
  day: UtcDay,
  sealedUnder: number,
): DayRetention | undefined {
  const first = schedules[sealedUnder];
  if (first === undefined) return undefined;
  let kept = retentionBy(first, day);
  for (const set of schedules.slice(sealedUnder + 1)) {
    if (set.applies !== "all") continue;
    const next = retentionBy(set, day);
    if (next.retainUntil > kept.retainUntil || set.statementSha256 !== null) kept = next;
  }
  return kept;
}

function retentionBy({ schedule, keep, authority }: ScheduleSet, day: UtcDay): DayRetention {
  const parsed = parseKeep(keep);
  if (parsed === undefined) throw new Error(`${keep} in the ledger is no time to keep`);
  return { schedule, keep, authority, retainUntil: retainUntil(day, parsed) };
}

export type PlanState = "drawn" | "approved" | "running" | "waiting" | "finished" | "refused" | "superseded";

/** The plan's state under a policy of `approvers` different persons. */
export function planState(plan: PlanRecord, approvers: number): PlanState {
  if (plan.refused !== undefined) return "refused";
  const kept = Object.keys(plan.kept).length;
  if (plan.begun > 0 && plan.done >= plan.begun && plan.done + kept >= plan.days) return "finished";
  if (plan.begun > plan.done) return kept > 0 ? "waiting" : "running";
  if (plan.superseded !== undefined) return "superseded";
  if (plan.begun > 0) return "running";
  return new Set(plan.approvals.map(({ person }) => person)).size >= approvers ? "approved" : "drawn";
}
