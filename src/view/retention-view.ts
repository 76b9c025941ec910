import { overdueDays } from "../ledger/day-retention.js";
import type { DayIndex } from "../ledger/day-index.js";
import { planState } from "../model/retention-record.js";
import type { HoldRecord, PlanRecord, PlanState } from "../model/retention-record.js";
import { utcDayOf } from "../model/utc-day.js";
import type { UtcDay } from "../model/utc-day.js";

/** A hold that stands, or one that was released and is still set in a store. */
export interface HoldShown {
  readonly hold: HoldRecord;
  /** The sinks that could not be reached when it was set, or taken off. */
  readonly unreached: readonly string[];
}

/** A plan that is neither finished nor given up. */
export interface PlanShown {
  readonly plan: PlanRecord;
  readonly state: PlanState;
}

/** Holds, plans and what is due for destruction. */
export interface RetentionView {
  readonly holds: readonly HoldShown[];
  readonly plans: readonly PlanShown[];
  /** Days whose retention has ended and on which no hold stands, oldest first. */
  readonly overdue: readonly UtcDay[];
  /** The newest people, where nobody had signed for them. */
  readonly unsignedRoster: { readonly roster: number; readonly atMs: number } | undefined;
}

const OPEN: ReadonlySet<PlanState> = new Set<PlanState>(["drawn", "approved", "running", "waiting"]);

export function viewRetention(index: DayIndex | undefined, nowMs: number): RetentionView {
  if (index === undefined) return { holds: [], plans: [], overdue: [], unsignedRoster: undefined };
  const { holds, plans, rosters } = index.retention;
  const newest = rosters.at(-1);
  return {
    holds: holds
      .map((hold) => ({ hold, unreached: unreachedBy(hold) }))
      .filter(({ hold, unreached }) => hold.released === undefined || unreached.length > 0),
    // How many must approve is in the plan's own file: approvals are shown by name.
    plans: plans
      .map((plan) => ({ plan, state: planState(plan, Number.POSITIVE_INFINITY) }))
      .filter(({ state }) => OPEN.has(state)),
    overdue: overdueDays(index, utcDayOf(nowMs)),
    unsignedRoster: newest?.mode === "break-glass" ? { roster: newest.roster, atMs: newest.at } : undefined,
  };
}

function unreachedBy({ applied }: HoldRecord): readonly string[] {
  return Object.entries(applied).flatMap(([sink, outcome]) => (outcome === "unreachable" ? [sink] : []));
}
