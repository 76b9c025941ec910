import { DaybookError } from "../../src/model/errors.js";
import { DAY_MS, HOUR_MS, dayStartMs } from "../../src/model/utc-day.js";
import type { UtcDay } from "../../src/model/utc-day.js";
import { WINDOWS_PER_DAY } from "../../src/model/window.js";
import { eventsByHour } from "./day-shape.js";
import { hourStamp } from "./event-bytes.js";
import type { EventIdentity, HourStamp } from "./event-bytes.js";
import type { Scenario } from "./scenario.js";
import { hash32, share } from "./seeded-random.js";

/** One element that the service hands out: an event, from the moment that it can be seen. */
export interface Delivery extends EventIdentity {
  readonly availableAtMs: number;
}

const USUAL_LATENCY_MS = 600_000;
const MIN_DELAY_MS = 2 * HOUR_MS;

// One purpose, one stream of chance: another share in a scenario leaves everything else as it was.
const LATE = 101;
const DELAY = 102;
const DUPLICATE = 103;
const CONFLICT = 104;
const DISTANCE = 105;
const DISORDER = 106;

/** What happens on one day of a tenant, and when it can be seen. */
export class DayPlan {
  readonly day: UtcDay;
  readonly #scenario: Scenario;
  readonly #startMs: number;
  readonly #counts: readonly number[];
  readonly #stamps: readonly HourStamp[];

  constructor(scenario: Scenario, day: UtcDay) {
    this.day = day;
    this.#scenario = scenario;
    this.#startMs = dayStartMs(day);
    this.#counts = eventsByHour(scenario, day);
    this.#stamps = this.#counts.map((_, hour) => hourStamp(scenario.seed, day, hour));
  }

  /**
   * What the chain of one hour delivers, in order of the moment from which it can be seen: what a reader has got stays
   * where it is when more arrives, as stateless tokens need. So a reading at any moment gets a beginning of this list.
   */
  deliveriesOf(hour: number): readonly Delivery[] {
    const usual: Delivery[] = [];
    const late: Delivery[] = [];
    const copies = this.#copiesIn(hour);
    for (let ordinal = 0; ordinal < this.#countOf(hour); ordinal += 1) {
      const seenMs = this.#nominalMs(hour, ordinal) + USUAL_LATENCY_MS;
      const event = { hour, ordinal, altered: false };
      if (this.#isLate(hour, ordinal)) {
        const availableAtMs = this.#nominalMs(hour, ordinal) + this.#delayMs(hour, ordinal);
        for (const each of [event, ...this.#copiesOf(event)]) late.push({ ...each, availableAtMs });
      } else {
        usual.push({ ...event, availableAtMs: seenMs });
      }
      for (const copy of copies.get(ordinal) ?? []) usual.push({ ...copy, availableAtMs: seenMs });
    }
    return usual.concat(late.toSorted((a, b) => a.availableAtMs - b.availableAtMs));
  }

  stampOf(hour: number): HourStamp {
    const stamp = this.#stamps[hour];
    if (stamp === undefined) {
      throw new DaybookError("INTERNAL", { message: `simulator: found hour ${hour}, expected 0 to 23` });
    }
    return stamp;
  }

  /** When an event happened, in milliseconds since its hour's start; now and then a little out of order. */
  creationOf({ hour, ordinal }: EventIdentity): number {
    const hash = this.#hash(hour, ordinal, DISORDER);
    const earlierMs = hash % 4 === 0 ? (hash >>> 2) % 30_000 : 0;
    return Math.max(0, this.#nominalMs(hour, ordinal) - this.#hourStartMs(hour) - earlierMs);
  }

  /** Second deliveries that stand in an hour's chain, by the event after which they stand. */
  #copiesIn(hour: number): ReadonlyMap<number, readonly EventIdentity[]> {
    const copies = new Map<number, EventIdentity[]>();
    for (const from of [hour - 1, hour]) {
      for (let ordinal = 0; ordinal < this.#countOf(from); ordinal += 1) {
        if (this.#isLate(from, ordinal) || this.#hourOfCopy(from, ordinal) !== hour) continue;
        for (const copy of this.#copiesOf({ hour: from, ordinal, altered: false })) {
          const place = this.#placeOfCopy(copy, hour);
          copies.set(place, [...(copies.get(place) ?? []), copy]);
        }
      }
    }
    return copies;
  }

  #copiesOf(event: EventIdentity): readonly EventIdentity[] {
    const { duplicateShare, conflictShare } = this.#scenario;
    return [
      ...(this.#chance(event.hour, event.ordinal, DUPLICATE) < duplicateShare ? [event] : []),
      ...(this.#chance(event.hour, event.ordinal, CONFLICT) < conflictShare
        ? [{ ...event, altered: true }]
        : []),
    ];
  }

  /** Most copies come in the same hour, soon or pages later; some in the next hour of the day, if it has any event. */
  #hourOfCopy(hour: number, ordinal: number): number {
    const strays = this.#hash(hour, ordinal, DISTANCE) % 8 === 0;
    return strays && this.#countOf(hour + 1) > 0 ? hour + 1 : hour;
  }

  #placeOfCopy({ hour: from, ordinal }: EventIdentity, hour: number): number {
    const hash = this.#hash(from, ordinal, DISTANCE) >>> 3;
    if (from !== hour) return hash % this.#countOf(hour);
    const reach = hash % 2 === 0 ? 5 : 2 * this.#scenario.pageSize;
    return Math.min(this.#countOf(hour) - 1, ordinal + ((hash >>> 1) % reach));
  }

  #isLate(hour: number, ordinal: number): boolean {
    return this.#scenario.lateShare > 0 && this.#chance(hour, ordinal, LATE) < this.#scenario.lateShare;
  }

  /** Squared, so that few are very late. */
  #delayMs(hour: number, ordinal: number): number {
    const longestMs = Math.max(MIN_DELAY_MS, this.#scenario.latestLateDays * DAY_MS);
    const fraction = this.#chance(hour, ordinal, DELAY) ** 2;
    return Math.floor(MIN_DELAY_MS + fraction * (longestMs - MIN_DELAY_MS));
  }

  #nominalMs(hour: number, ordinal: number): number {
    return this.#hourStartMs(hour) + Math.floor((ordinal * HOUR_MS) / this.#countOf(hour));
  }

  #hourStartMs(hour: number): number {
    return this.#startMs + hour * HOUR_MS;
  }

  #countOf(hour: number): number {
    return hour >= 0 && hour < WINDOWS_PER_DAY ? (this.#counts[hour] ?? 0) : 0;
  }

  #hash(hour: number, ordinal: number, purpose: number): number {
    return hash32(this.#scenario.seed, this.#hourStartMs(hour) / HOUR_MS, ordinal, purpose);
  }

  #chance(hour: number, ordinal: number, purpose: number): number {
    return share(this.#scenario.seed, this.#hourStartMs(hour) / HOUR_MS, ordinal, purpose);
  }
}
