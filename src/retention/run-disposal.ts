import type { PlannedDay } from "../archive/plan.js";
import { holdsOn } from "../model/retention-record.js";
import { DaybookError } from "../model/errors.js";
import { utcDayOf } from "../model/utc-day.js";
import type { UtcDay } from "../model/utc-day.js";
import { isDisposed } from "../ledger/day-index.js";
import { agreedTime } from "./clocks.js";
import type { AgreedTime } from "./clocks.js";
import { DayDisposal } from "./dispose-day.js";
import type { Warrant } from "./dispose-day.js";
import type { Disposals, KnownPlan } from "./disposals.js";
import type { RetentionParts } from "./parts.js";
import { retentionOfDay } from "../ledger/day-retention.js";

/** What became of a day of the plan in this run. */
export interface DayOutcome {
  readonly day: UtcDay;
  readonly outcome: "destroyed" | "kept";
  /** Why it was kept: `held H0003`, `locked worm 2033-10-29`. */
  readonly reason?: string;
}

interface ApprovedPlan extends KnownPlan {
  readonly approvals: Warrant["approvals"];
}

/** Called after each day; what it does, such as placing a hold, counts for the next. */
/** What keeps a day, in the words of its `disposal-refused` entry. */
interface InTheWay {
  readonly reason: string;
  readonly subject: string;
}

export type DisposalNote = (done: number, total: number, outcome: DayOutcome) => void | Promise<void>;

/** Runs an approved plan. Holds, rules, approvals and clocks are read again before every day. */
export class DisposalRun {
  readonly #parts: RetentionParts;
  readonly #disposals: Disposals;
  readonly #day: DayDisposal;

  constructor(parts: RetentionParts, disposals: Disposals) {
    this.#parts = parts;
    this.#disposals = disposals;
    this.#day = new DayDisposal(parts);
  }

  /**
   * Returns what became of each day that was not destroyed before. DISPOSAL_REFUSED when the plan is not approved; CLOCKS_DISAGREE
   * before any day. What it did until an error stands, and the next run goes on.
   */
  async run(id: string, note: DisposalNote, signal: AbortSignal): Promise<readonly DayOutcome[]> {
    const known = await this.#disposals.requireOpen(id, ["approved", "running", "waiting"]);
    const approvals = await this.#disposals.approvalsOf(known);
    await this.#requireApprovals(known, approvals);
    const outcomes: DayOutcome[] = [];
    const { days } = known.plan;
    for (const [index, planned] of days.entries()) {
      signal.throwIfAborted();
      if (isDisposed(this.#index().days.get(planned.day))) continue;
      const reason = await this.#dispose({ ...known, approvals }, planned, signal);
      const outcome: DayOutcome =
        reason === undefined
          ? { day: planned.day, outcome: "destroyed" }
          : { day: planned.day, outcome: "kept", reason };
      outcomes.push(outcome);
      await note(index + 1, days.length, outcome);
    }
    await this.#parts.syncLedgers(signal);
    return outcomes;
  }

  /** Undefined when the day is gone; else why it stays, which is then in the ledger. */
  async #dispose(known: ApprovedPlan, planned: PlannedDay, signal: AbortSignal): Promise<string | undefined> {
    const time = await agreedTime(this.#parts, signal);
    const inTheWay = this.#dropped(known, planned) ?? this.#inTheWay(planned, time);
    if (inTheWay !== undefined) return this.#refuse(known, planned, inTheWay.reason, inTheWay.subject);
    const { ledger } = this.#parts.archive;
    const { day } = planned;
    const checkedAt = ledger.size - 1;
    if (this.#index().days.get(day)?.disposing === undefined) {
      const revision = planned.revisions.at(-1)?.revision ?? 1;
      await ledger.append({ type: "disposal-begun", plan: known.record.id, day, revision }, "daybook");
      // A sink whose ledger does not say that the disposal has begun would show a damaged day.
      await this.#parts.syncLedgers(signal);
    }
    const kept = await this.#day.run(planned, this.#warrant(known, checkedAt, time), signal);
    return kept === undefined ? undefined : this.#refuse(known, planned, kept.reason, kept.subject);
  }

  /** A hold takes a day out of its plan for good: after the release it needs a new plan, with new approvals. */
  #dropped({ record: { id } }: KnownPlan, { day }: PlannedDay): InTheWay | undefined {
    const { days, retention } = this.#index();
    if (days.get(day)?.disposing !== undefined) return undefined;
    const [, subject] =
      /^held (.+)$/.exec(retention.plans.find((plan) => plan.id === id)?.kept[day] ?? "") ?? [];
    return subject === undefined ? undefined : { reason: "held", subject };
  }

  #inTheWay({ day }: PlannedDay, { nowMs }: AgreedTime): InTheWay | undefined {
    const { days, retention } = this.#index();
    const holds = holdsOn(retention, day);
    if (holds.length > 0) return { reason: "held", subject: holds.map(({ id }) => id).join(", ") };
    const kept = retentionOfDay(retention, day, days.get(day));
    if (kept === undefined || kept.retainUntil > utcDayOf(nowMs))
      return { reason: "not-due", subject: kept?.retainUntil ?? "no rule" };
    return undefined;
  }

  async #refuse(
    { record }: KnownPlan,
    { day, revisions }: PlannedDay,
    reason: string,
    subject: string,
  ): Promise<string> {
    const words = `${reason} ${subject}`;
    const now = this.#index().retention.plans.find(({ id }) => id === record.id);
    // A run that is tried again for the same reason says nothing new.
    if (now?.kept[day] !== words) {
      const revision = revisions.at(-1)?.revision ?? 1;
      await this.#parts.archive.ledger.append(
        { type: "disposal-refused", plan: record.id, day, revision, reason, subject },
        "daybook",
      );
    }
    return words;
  }

  async #requireApprovals({ record }: KnownPlan, approvals: ApprovedPlan["approvals"]): Promise<void> {
    const { approvers } = await this.#disposals.policy();
    // Two names with one key are one person.
    const names = new Set(approvals.map(({ person }) => person)).size;
    const keys = new Set(approvals.map(({ key_fingerprint: key }) => key)).size;
    const persons = Math.min(names, keys);
    if (persons >= approvers) return;
    throw new DaybookError("DISPOSAL_REFUSED", {
      message: `${record.id}: found ${persons} of ${approvers} approvals by different people`,
    });
  }

  #warrant({ record, plan, approvals }: ApprovedPlan, checkedAt: number, { clocks }: AgreedTime): Warrant {
    return {
      plan: record.id,
      plan_sha256: record.sha256,
      roster: plan.roster,
      approvals: [...approvals],
      holds_checked_at_seq: checkedAt,
      clocks: [...clocks],
    };
  }

  #index() {
    return this.#parts.archive.ledger.index;
  }
}
