import { confirmedBy } from "../deliver/confirmed-revisions.js";
import type { Target } from "../deliver/deliver-day.js";
import { lockDay } from "../deliver/kept-copy.js";
import type { KeptCopy } from "../deliver/kept-copy.js";
import type { SealedDay } from "../archive/sealed-package.js";
import { isDisposed } from "../ledger/day-index.js";
import type { DayRecord } from "../ledger/day-index.js";
import { isDaybookError } from "../model/errors.js";
import { covers, holdsOn, retentionOf } from "../model/retention-record.js";
import type { HoldRecord } from "../model/retention-record.js";
import { utcDayOf } from "../model/utc-day.js";
import type { UtcDay } from "../model/utc-day.js";
import type { RetentionParts } from "./parts.js";
import { retentionOfDay } from "../ledger/day-retention.js";

/** How a hold reached a copy, or left it. */
export type HoldOutcome = "set" | "released" | "unreachable" | "unsupported";

/** What a hold has reached by now. */
export interface Reached {
  readonly sink: string;
  readonly outcome: string;
}

/** A record sink, and what protects its copies. */
interface HeldSink {
  readonly name: string;
  readonly kept: KeptCopy;
}

/** Brings what the ledger promises to every copy in a record sink: holds, and longer locks. */
export class Copies {
  readonly #parts: RetentionParts;

  constructor(parts: RetentionParts) {
    this.#parts = parts;
  }

  /** Applies what is not applied yet. A sink that fails is recorded and tried again by the next call. */
  async settle(signal: AbortSignal): Promise<void> {
    for (const { name, kept } of this.recordSinks()) {
      for (const hold of this.#retention().holds) await this.#settleHold(name, kept, hold, signal);
      if (kept.canLock) await this.#settleLocks(name, kept, signal);
    }
  }

  /** The outcome of a hold in each record sink. */
  reached(id: string): readonly Reached[] {
    const applied = this.#retention().holds.find((hold) => hold.id === id)?.applied ?? {};
    return this.recordSinks().map(({ name }) => ({ sink: name, outcome: applied[name] ?? "unreachable" }));
  }

  recordSinks(): readonly HeldSink[] {
    return this.#parts.targets
      .filter((target: Target) => target.kind === "record")
      .map(({ name, sink }) => ({ name, kept: sink.kept }));
  }

  #retention() {
    return this.#parts.archive.ledger.index.retention;
  }

  async #settleHold(sink: string, kept: KeptCopy, hold: HoldRecord, signal: AbortSignal): Promise<void> {
    const wanted: HoldOutcome = hold.released === undefined ? "set" : "released";
    const now = hold.applied[sink];
    if (now === wanted || now === "unsupported") return;
    if (now === undefined && wanted === "released") return;
    if (!kept.canHold) return this.#applied(hold, sink, 0, "unsupported");
    try {
      const objects = await this.#applyHold({ name: sink, kept }, hold, signal);
      await this.#applied(hold, sink, objects, wanted);
    } catch (error) {
      signal.throwIfAborted();
      if (!isDaybookError(error)) throw error;
      const { code, message, hint } = error;
      this.#parts.log.error(
        { tenant: this.#parts.tenant, sink, hold: hold.id, code, message, hint },
        "hold not applied",
      );
      if (now !== "unreachable") await this.#applied(hold, sink, 0, "unreachable");
    }
  }

  /** A copy keeps its hold while another hold stands on the day. */
  async #applyHold({ name, kept }: HeldSink, hold: HoldRecord, signal: AbortSignal): Promise<number> {
    const on = hold.released === undefined;
    let objects = 0;
    const { days } = this.#parts.archive.ledger.index;
    const isWanted = (record: DayRecord): boolean => covers(hold, record.day) && !isDisposed(record);
    for (const sealed of this.#delivered(name, isWanted)) {
      if (!on && holdsOn(this.#retention(), sealed.day).length > 0) continue;
      // A lock may keep this copy for years after the others: what is left of it is held as well.
      const isPartial = days.get(sealed.day)?.disposing !== undefined;
      objects += await (isPartial ? kept.holdRemaining(sealed, on, signal) : kept.hold(sealed, on, signal));
    }
    return objects;
  }

  async #applied(hold: HoldRecord, sink: string, objects: number, outcome: HoldOutcome): Promise<void> {
    const act = { type: "hold-applied", hold: hold.id, sink, objects, outcome } as const;
    await this.#parts.archive.ledger.append(act, "daybook");
  }

  async #settleLocks(sink: string, kept: KeptCopy, signal: AbortSignal): Promise<void> {
    const { archive, clock, log, tenant } = this.#parts;
    // Without a rule that reaches back there is nothing to lengthen, and no reason to go through years of days.
    if (!this.#retention().schedules.some(({ applies }) => applies === "all")) return;
    const isWanted = (record: DayRecord): boolean =>
      record.disposing === undefined && this.#isShort(record, sink);
    for (const sealed of this.#delivered(sink, isWanted)) {
      const { day, revision } = sealed;
      const until = this.#until(day);
      const today = utcDayOf(clock.now());
      // No store takes a lock until a day that has passed.
      if (until === undefined || until <= today) continue;
      try {
        await kept.extend(sealed, lockDay(until, today), signal);
      } catch (error) {
        signal.throwIfAborted();
        if (!isDaybookError(error)) throw error;
        const { code, message, hint } = error;
        log.error({ tenant, sink, day, revision, code, message, hint }, "lock not extended");
        return;
      }
      await archive.ledger.append(
        { type: "lock-extended", day, revision, sink, retain_until: until },
        "daybook",
      );
    }
  }

  /** Whether the sink's locks of the day, by the ledger, end before the day's retention does. */
  #isShort(record: DayRecord, sink: string): boolean {
    const until = this.#until(record.day);
    const { schedules } = this.#retention();
    const sealedUnder = record.schedule ?? 0;
    const atSeal = retentionOf({ schedules: schedules.slice(0, sealedUnder + 1) }, record.day, sealedUnder);
    const promised = record.locks?.[sink] ?? atSeal?.retainUntil;
    return until !== undefined && promised !== undefined && until > promised;
  }

  #until(day: UtcDay): UtcDay | undefined {
    const { days, retention } = this.#parts.archive.ledger.index;
    return retentionOfDay(retention, day, days.get(day))?.retainUntil;
  }

  /** The revisions that the sink has confirmed, of the days wanted. Oldest first. */
  #delivered(sink: string, isWanted: (record: DayRecord) => boolean): readonly SealedDay[] {
    const { days } = this.#parts.archive.ledger.index;
    return [...days.keys()].toSorted().flatMap((day) => {
      const record = days.get(day);
      if (record === undefined || !isWanted(record)) return [];
      return confirmedBy(sink, record);
    });
  }
}
