import type { UtcDay } from "../../../src/model/utc-day.js";
import { mayApprove, quorumOf } from "./people.js";
import type { PersonName, Rules } from "./people.js";

const DAY_MS = 86_400_000;
const HOUR_MS = 3_600_000;
/** An approval in these words: a plan nobody acted on in this time is stale. */
const PLAN_LASTS_MS = 30 * DAY_MS;
const BREAK_GLASS_MS = 30 * DAY_MS;

export interface ModelDay {
  /** Which rule was in force when the day was first sealed. */
  readonly sealedUnder: number;
  revisions: number;
  readonly canary: string;
  isDestroyed: boolean;
}

interface ModelRule {
  readonly keepDays: number;
  readonly applies: "all" | "later";
  readonly isSigned: boolean;
}

export interface ModelHold {
  readonly id: string;
  readonly from: UtcDay | null;
  readonly to: UtcDay | null;
  isReleased: boolean;
}

export interface ModelPlan {
  readonly id: string;
  readonly days: readonly { readonly day: UtcDay; readonly revisions: number }[];
  readonly drawnAtMs: number;
  readonly approvers: number;
  readonly approvals: PersonName[];
  isRefused: boolean;
  /** Holds, rules, rosters or revisions changed, or another plan was drawn, before it began. */
  isStale: boolean;
  /** Days whose destruction began, and those that a run refused. */
  readonly begun: Set<UtcDay>;
  readonly dropped: Set<UtcDay>;
}

interface ModelRoster {
  readonly number: number;
  readonly rules: Rules;
  readonly atMs: number;
  readonly isBreakGlass: boolean;
}

/** What must be true of retention, as plain as it can be said. It knows nothing of the code. */
export class PlainModel {
  readonly days = new Map<UtcDay, ModelDay>();
  readonly rules: ModelRule[] = [];
  readonly holds: ModelHold[] = [];
  readonly plans: ModelPlan[] = [];
  readonly rosters: ModelRoster[] = [];
  ownMs = 0;
  otherMs = 0;
  isOtherSilent = false;

  /** The first day on which the day may be destroyed. */
  retainUntil(day: UtcDay): UtcDay {
    const { sealedUnder } = this.dayOf(day);
    let until = keptUntil(day, this.ruleOf(sealedUnder).keepDays);
    for (const rule of this.rules.slice(sealedUnder + 1)) {
      const next = keptUntil(day, rule.keepDays);
      if (rule.applies === "all" && (rule.isSigned || next > until)) until = next;
    }
    return until;
  }

  dayOf(day: UtcDay): ModelDay {
    const found = this.days.get(day);
    if (found === undefined) throw new Error(`${day} is not sealed`);
    return found;
  }

  ruleOf(index: number): ModelRule {
    const rule = this.rules[index];
    if (rule === undefined) throw new Error(`no rule ${index}`);
    return rule;
  }

  setRule(keepDays: number, isSigned: boolean): void {
    const last = this.rules.at(-1);
    if (!isSigned && last?.keepDays === keepDays) return;
    const applies = isSigned || (last !== undefined && keepDays > last.keepDays) ? "all" : "later";
    this.rules.push({ keepDays, applies, isSigned });
    if (applies === "all") this.stale(() => true);
  }

  isHeld(day: UtcDay): boolean {
    return this.holds.some((hold) => !hold.isReleased && covers(hold, day));
  }

  place(from: UtcDay | null, to: UtcDay | null): void {
    const hold = { id: numbered("H", this.holds.length + 1), from, to, isReleased: false };
    this.holds.push(hold);
    this.stale((plan) => plan.days.some(({ day }) => covers(hold, day)));
  }

  /** Everything that stands against the destruction of the day by both clocks; undefined: nothing. */
  against(day: UtcDay): string | undefined {
    if (this.isOtherSilent) return "one clock";
    if (Math.abs(this.ownMs - this.otherMs) > HOUR_MS) return "clocks";
    if (this.isHeld(day)) return "held";
    return this.retainUntil(day) > dayAt(Math.min(this.ownMs, this.otherMs)) ? "not due" : undefined;
  }

  /** The days that a plan drawn now has. */
  due(isPastHorizon: (day: UtcDay) => boolean): readonly UtcDay[] {
    const begun = new Set(this.plans.flatMap((plan) => [...plan.begun]));
    const today = dayAt(this.ownMs);
    return [...this.days.keys()]
      .toSorted()
      .filter((day) => !begun.has(day) && isPastHorizon(day) && !this.isHeld(day))
      .filter((day) => this.retainUntil(day) <= today);
  }

  roster(): ModelRoster | undefined {
    return this.rosters.findLast(
      ({ isBreakGlass, atMs }) => !isBreakGlass || atMs + BREAK_GLASS_MS <= this.ownMs,
    );
  }

  setRoster(rules: Rules, isBreakGlass: boolean): void {
    this.rosters.push({ number: this.rosters.length + 1, rules, isBreakGlass, atMs: this.ownMs });
    this.stale(() => true);
  }

  /** Whether two clocks say the same. */
  hasAgreedTime(): boolean {
    return !this.isOtherSilent && Math.abs(this.ownMs - this.otherMs) <= HOUR_MS;
  }

  /** Whether it is clear who may act: the days of a roster that nobody signed are counted by two clocks. */
  isRosterSure(): boolean {
    return this.roster()?.isBreakGlass !== true || this.hasAgreedTime();
  }

  /** Whether a signature for an act counts now. */
  mayAct(right: "hold" | "approve", person: PersonName, key: PersonName): boolean {
    if (!this.isRosterSure()) return false;
    const isListed = this.roster()?.rules.people.includes(person) === true;
    return isListed && person === key && (right === "hold" || mayApprove(person));
  }

  /** How many persons must sign the next roster, and how many of these may. */
  hasQuorum(signers: readonly PersonName[]): boolean {
    const roster = this.roster();
    return roster === undefined || new Set(signers).size >= quorumOf(roster.rules);
  }

  plan(id: string): ModelPlan {
    const found = this.plans.find((plan) => plan.id === id);
    if (found === undefined) throw new Error(`no plan ${id}`);
    return found;
  }

  isOpen(plan: ModelPlan): boolean {
    if (plan.isRefused) return false;
    if (plan.begun.size > 0) return !this.isFinished(plan);
    if (!plan.isStale && this.ownMs > plan.drawnAtMs + PLAN_LASTS_MS) plan.isStale = true;
    return !plan.isStale;
  }

  isFinished({ days, begun, dropped }: ModelPlan): boolean {
    const done = days.filter(({ day }) => this.dayOf(day).isDestroyed).length;
    const left = days.filter(({ day }) => dropped.has(day) && !this.dayOf(day).isDestroyed).length;
    return begun.size > 0 && done >= begun.size && done + left >= days.length;
  }

  isApproved(plan: ModelPlan): boolean {
    const needed = Math.max(plan.approvers, this.roster()?.rules.approvers ?? 1);
    return new Set(plan.approvals).size >= needed;
  }

  /** Plans that have not begun, and that the change concerns. */
  stale(concerns: (plan: ModelPlan) => boolean): void {
    for (const plan of this.plans) if (plan.begun.size === 0 && concerns(plan)) plan.isStale = true;
  }
}

export function numbered(letter: string, number: number): string {
  return `${letter}${String(number).padStart(4, "0")}`;
}

function dayAt(ms: number): UtcDay {
  return new Date(ms).toISOString().slice(0, 10) as UtcDay;
}

function keptUntil(day: UtcDay, keepDays: number): UtcDay {
  return dayAt(Date.parse(`${day}T00:00:00Z`) + (1 + keepDays) * DAY_MS);
}

function covers({ from, to }: Pick<ModelHold, "from" | "to">, day: UtcDay): boolean {
  return (from === null || from <= day) && (to === null || day <= to);
}
