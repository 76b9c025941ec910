import type { UtcDay } from "../model/utc-day.js";
import type { Disposals, KnownPlan } from "./disposals.js";

/** A plan in short, for an answer. */
export interface PlanSummary {
  readonly plan: string;
  readonly state: string;
  readonly until: UtcDay;
  readonly days: number;
  readonly revisions: number;
  readonly bytes: number;
  readonly approvals: readonly string[];
  readonly approvers: number;
  /** Who may approve it and has not; empty without people, and once enough have. */
  readonly mayApprove: readonly string[];
  readonly inTheWay: readonly { readonly day: UtcDay; readonly reason: string }[];
  readonly kept: Readonly<Record<string, string>>;
}

export async function summaryOf(disposals: Disposals, known: KnownPlan): Promise<PlanSummary> {
  const { record, plan, state } = known;
  const { id, days, revisions, bytes, approvals, kept } = record;
  return {
    plan: id,
    state,
    until: plan.until,
    days,
    revisions,
    bytes,
    approvals: approvals.map(({ person }) => person),
    approvers: plan.approvers,
    mayApprove: state === "drawn" ? await disposals.mayApprove(record) : [],
    inTheWay: plan.in_the_way,
    kept,
  };
}
