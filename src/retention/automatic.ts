import type { StandingApproval } from "../model/retention-record.js";
import { utcDayOf } from "../model/utc-day.js";
import type { UtcDay } from "../model/utc-day.js";
import type { Disposals, KnownPlan } from "./disposals.js";
import type { RetentionParts } from "./parts.js";
import type { DayOutcome, DisposalNote, DisposalRun } from "./run-disposal.js";
import type { ApprovedRule, Standing } from "./standing.js";

/** Who draws the plans of the daemon. */
const DRAWER = "daybook";

/** What the daemon destroyed by itself. */
export interface AutomaticRun {
  readonly plan: string;
  readonly days: readonly DayOutcome[];
}

/** Disposal without a person at hand: only what people approved in advance, by the same plans and the same checks. */
export class AutomaticDisposal {
  readonly #parts: RetentionParts;
  readonly #disposals: Disposals;
  readonly #standing: Standing;
  readonly #run: DisposalRun;
  #doneOn: UtcDay | undefined;

  constructor(parts: RetentionParts, disposals: Disposals, standing: Standing, run: DisposalRun) {
    this.#parts = parts;
    this.#disposals = disposals;
    this.#standing = standing;
    this.#run = run;
  }

  /** Once a UTC day: finishes the daemon's own plans, then draws and runs the next. Nothing unless `dispose: automatic`. */
  async run(note: DisposalNote, signal: AbortSignal): Promise<readonly AutomaticRun[]> {
    const today = utcDayOf(this.#parts.clock.now());
    if (!this.#parts.settings.isAutomatic || this.#doneOn === today) return [];
    const runs: AutomaticRun[] = [];
    const plans = await this.#openPlans();
    for (const plan of plans.filter(isOwn)) {
      if (await this.#goesOn(plan)) runs.push(await this.#dispose(plan, note, signal));
    }
    // A plan that people are judging is not drawn anew under their hands.
    if (plans.every(isOwn)) {
      // One rule a plan, so that each approval of it covers all its days.
      for (const [rule, approvals] of await this.#approvedRules()) {
        const wants = (one: ApprovedRule): boolean => nameOf(one) === rule;
        const drawn = await this.#disposals.draw({ until: today, wants }, DRAWER, signal);
        if (drawn === undefined) continue;
        const plan = await this.#disposals.approveByStanding(drawn, approvals);
        runs.push(await this.#dispose(plan, note, signal));
      }
    }
    this.#doneOn = today;
    return runs;
  }

  /** Approvals outlast the wait for a lock. What has not begun goes on only while they count. */
  async #goesOn({ state, plan }: KnownPlan): Promise<boolean> {
    if (state === "waiting") return true;
    const [first] = plan.days;
    if (state === "drawn" || first === undefined) return false;
    return (await this.#standing.counting(first)).length >= plan.approvers;
  }

  async #dispose({ record }: KnownPlan, note: DisposalNote, signal: AbortSignal): Promise<AutomaticRun> {
    return { plan: record.id, days: await this.#run.run(record.id, note, signal) };
  }

  /** By rule, the approvals in advance, where enough people gave theirs. */
  async #approvedRules(): Promise<ReadonlyMap<string, readonly StandingApproval[]>> {
    const { approvers } = await this.#disposals.policy();
    const rules = new Map<string, readonly StandingApproval[]>();
    for (const rule of this.#parts.archive.ledger.index.retention.standing) {
      const counting = await this.#standing.counting(rule);
      if (counting.length >= approvers) rules.set(nameOf(rule), counting);
    }
    return rules;
  }

  /** The plans that wait for approvals, and those that are not finished. */
  async #openPlans(): Promise<readonly KnownPlan[]> {
    await this.#disposals.refresh();
    const open = ["drawn", "approved", "running", "waiting"];
    return (await this.#disposals.all()).filter(({ state }) => open.includes(state));
  }
}

function isOwn({ record }: KnownPlan): boolean {
  return record.drawnBy === DRAWER;
}

function nameOf({ schedule, keep, authority }: ApprovedRule): string {
  return JSON.stringify([schedule, keep, authority]);
}
