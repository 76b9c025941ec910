import { parseKeep, retainUntil } from "./keep.js";
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
  /** How many exports were recorded. */
  readonly exports: number;
}

export const NO_RETENTION: RetentionRecord = {
  schedules: [],
  holds: [],
  rosters: [],
  plans: [],
  standing: [],
  exports: 0,
};

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
