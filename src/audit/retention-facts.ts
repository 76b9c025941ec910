import { entryPath } from "../model/ledger-entry.js";
import type { EntryOf, LedgerEntry } from "../model/ledger-entry.js";
import { packagePath } from "../model/manifest.js";
import { addRetentionEntry } from "../model/retention-fold.js";
import { NO_RETENTION, holdsOn, retentionOf } from "../model/retention-record.js";
import type { PlanRecord, RetentionRecord } from "../model/retention-record.js";
import { utcDayOf } from "../model/utc-day.js";
import type { UtcDay } from "../model/utc-day.js";
import type { FindingList } from "./finding-list.js";

/** The acts that a person makes, and a roster: files in `acts/` belong to them. */
export type FiledAct = EntryOf<
  | "roster-set"
  | "schedule-set"
  | "hold-placed"
  | "hold-released"
  | "disposal-approved"
  | "plan-refused"
  | "standing-approved"
  | "standing-withdrawn"
>;

/** A disposal as the ledger has it. */
export interface DisposalFacts {
  readonly begun: EntryOf<"disposal-begun">;
  /** The plan as the ledger had it when the disposal began. */
  readonly plan: PlanRecord | undefined;
  /** The newest revision that the day had then. */
  readonly revisions: number;
}

/** What a ledger says about retention. */
export interface RetentionFacts {
  readonly record: RetentionRecord;
  /** By number of the entry, the acts that have files in `acts/`. */
  readonly filed: ReadonlyMap<number, FiledAct>;
  /** By day. */
  readonly disposals: ReadonlyMap<UtcDay, DisposalFacts>;
  /** By `days/…/rNNNN`. */
  readonly tombstones: ReadonlyMap<string, EntryOf<"disposed">>;
}

/** What decides whether a disposal was lawful, and what was disposed of. */
export function isRetentionAct(entry: LedgerEntry): boolean {
  return RETENTION_ACTS.has(entry.type);
}

const RETENTION_ACTS: ReadonlySet<LedgerEntry["type"]> = new Set<LedgerEntry["type"]>([
  "day-sealed",
  "schedule-set",
  "roster-set",
  "hold-placed",
  "hold-released",
  "plan-drawn",
  "disposal-approved",
  "plan-refused",
  "plan-superseded",
  "standing-approved",
  "standing-withdrawn",
  "disposal-refused",
  "disposal-begun",
  "disposed",
]);

/** Replays the acts, oldest first, and judges each disposal by what stood when it began. */
export function retentionFacts(acts: readonly LedgerEntry[], found: FindingList): RetentionFacts {
  const replay = new Replay(found);
  for (const entry of acts) replay.add(entry);
  return replay;
}

class Replay implements RetentionFacts {
  record: RetentionRecord = NO_RETENTION;
  readonly filed = new Map<number, FiledAct>();
  readonly disposals = new Map<UtcDay, DisposalFacts>();
  readonly tombstones = new Map<string, EntryOf<"disposed">>();
  readonly #found: FindingList;
  /** Of each day: the rule under which it was first sealed, and its revisions. */
  readonly #days = new Map<UtcDay, { readonly schedule: number; readonly revisions: number }>();

  constructor(found: FindingList) {
    this.#found = found;
  }

  add(entry: LedgerEntry): void {
    switch (entry.type) {
      case "day-sealed":
        return this.#seal(entry.day);
      case "disposal-begun":
        this.#begin(entry);
        break;
      case "disposed":
        this.#bury(entry);
        break;
      case "schedule-set":
        if (entry.statement_sha256 !== null) this.filed.set(entry.seq, entry);
        break;
      case "roster-set":
      case "hold-placed":
      case "hold-released":
      case "disposal-approved":
      case "plan-refused":
      case "standing-approved":
      case "standing-withdrawn":
        this.filed.set(entry.seq, entry);
        break;
      default:
    }
    this.record = addRetentionEntry(this.record, entry);
  }

  #seal(day: UtcDay): void {
    const { schedule = Math.max(0, this.record.schedules.length - 1), revisions = 0 } =
      this.#days.get(day) ?? {};
    this.#days.set(day, { schedule, revisions: revisions + 1 });
  }

  #begin(begun: EntryOf<"disposal-begun">): void {
    const { day, seq, time } = begun;
    const subject = entryPath(seq);
    const { schedule = 0, revisions = 0 } = this.#days.get(day) ?? {};
    const held = holdsOn(this.record, day).map(({ id }) => id);
    if (held.length > 0)
      this.#found.add("DISPOSED_HELD", {
        subject,
        found: `${day} held by ${held.join(", ")}`,
        expected: "no hold",
        day,
      });
    const kept = retentionOf(this.record, day, schedule);
    const on = utcDayOf(Date.parse(time));
    if (kept === undefined || on < kept.retainUntil)
      this.#found.add("DISPOSED_EARLY", {
        subject,
        found: `${day} destroyed on ${on}`,
        expected: `from ${kept?.retainUntil ?? "never"} on`,
        day,
      });
    const plan = this.record.plans.find(({ id }) => id === begun.plan);
    if (plan === undefined || plan.refused !== undefined)
      this.#found.add("PLAN_WRONG", {
        subject,
        found: plan === undefined ? "a plan that was not drawn" : "a plan that was refused",
        expected: "an approved plan",
        day,
      });
    const refused = plan?.kept[day];
    if (refused?.startsWith("held ") === true)
      this.#found.add("PLAN_WRONG", {
        subject,
        found: `${day}, which ${refused.slice("held ".length)} took out of ${begun.plan}`,
        expected: "a new plan after the hold",
        day,
      });
    this.disposals.set(day, { begun, plan, revisions });
  }

  #bury(entry: EntryOf<"disposed">): void {
    const { day, revision, seq } = entry;
    const begun = this.disposals.get(day);
    if (begun === undefined || begun.begun.plan !== entry.plan)
      this.#found.add("PLAN_WRONG", {
        subject: entryPath(seq),
        found: `${day} destroyed under ${entry.plan}`,
        expected: "a disposal that began under this plan",
        day,
      });
    this.tombstones.set(packagePath(day, revision), entry);
  }
}
