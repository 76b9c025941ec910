import { HOUR_MS, dayStartMs } from "../../src/model/utc-day.js";
import type { UtcDay } from "../../src/model/utc-day.js";
import { BoundedCache } from "./bounded-cache.js";
import { DayPlan } from "./deliveries.js";
import type { Delivery } from "./deliveries.js";
import { writeEvent } from "./event-bytes.js";
import type { EventIdentity } from "./event-bytes.js";
import { EventTemplates } from "./event-template.js";
import type { EventTemplate } from "./event-template.js";
import type { Scenario } from "./scenario.js";
import { hash32, share } from "./seeded-random.js";

/** Which events of an hour are asked for. */
export interface Selection {
  /** Milliseconds since 1970; both included. */
  readonly startMs: number;
  readonly endMs: number;
  readonly activity?: string;
  readonly userId?: string;
}

const CACHED_PLANS = 64;
// Enough for four busy hours of a day of a million events, read side by side; about 40 MB.
const CACHED_DELIVERIES = 500_000;
const TEMPLATE = 107;
const MISSING_ID = 108;
const NEW_ACTIVITY = 110;

/** The events of a simulated tenant: the same for the same scenario, however and in whatever order they are asked for. */
export class Tenant {
  readonly scenario: Scenario;
  /** Those of the usual events first; then, as they are needed, with what the scenario changes. */
  readonly #templates: EventTemplates[] = [];
  readonly #plans = new BoundedCache<DayPlan>(CACHED_PLANS, () => 1);
  readonly #hours = new BoundedCache<readonly Delivery[]>(
    CACHED_DELIVERIES,
    (deliveries) => deliveries.length + 1,
  );

  constructor(scenario: Scenario) {
    this.scenario = scenario;
  }

  /** What an hour's chain holds at a moment, in the order in which it is served. */
  visibleIn(day: UtcDay, hour: number, atMs: number): readonly Delivery[] {
    const all = this.#hours.get(`${day} ${hour}`, () => this.#planOf(day).deliveriesOf(hour));
    const visible = countVisible(all, atMs);
    return visible === all.length ? all : all.slice(0, visible);
  }

  /** The same for a part of the hour, or for some activity or user only. */
  selectedIn(day: UtcDay, hour: number, selection: Selection, atMs: number): readonly Delivery[] {
    const visible = this.visibleIn(day, hour, atMs);
    const hourMs = dayStartMs(day) + hour * HOUR_MS;
    const wholeHour = selection.startMs <= hourMs && selection.endMs >= hourMs + HOUR_MS - 1;
    if (wholeHour && selection.activity === undefined && selection.userId === undefined) return visible;
    const plan = this.#planOf(day);
    return visible.filter((event) => this.#isSelected(plan, event, selection));
  }

  /** Source texts of one page joined as in `activityEventEntities`, without the brackets. */
  pageText(day: UtcDay, deliveries: readonly Delivery[]): Uint8Array {
    const plan = this.#planOf(day);
    const separator = SEPARATORS[this.scenario.layout];
    const texts = deliveries.map((event) => ({ event, template: this.#templateOf(plan, event) }));
    const length = texts.reduce((sum, { template }) => sum + template.bytes.length + separator.length, 0);
    const bytes = Buffer.allocUnsafe(Math.max(0, length - separator.length));
    let at = 0;
    for (const { event, template } of texts) {
      if (at > 0) {
        bytes.set(separator, at);
        at += separator.length;
      }
      at = writeEvent(bytes, at, template, plan.stampOf(event.hour), event, plan.creationOf(event));
    }
    return bytes;
  }

  hasId(day: UtcDay, event: EventIdentity): boolean {
    return this.#templateOf(this.#planOf(day), event).idAt >= 0;
  }

  #isSelected(plan: DayPlan, event: Delivery, { startMs, endMs, activity, userId }: Selection): boolean {
    const creationMs = plan.stampOf(event.hour).number * HOUR_MS + plan.creationOf(event);
    if (creationMs < startMs || creationMs > endMs) return false;
    const template = this.#templateOf(plan, event);
    return isSame(template.activity, activity) && isSame(template.userId, userId);
  }

  #templateOf(plan: DayPlan, { hour, ordinal }: EventIdentity): EventTemplate {
    const { missingIdShare, seed } = this.scenario;
    const { number } = plan.stampOf(hour);
    const templates = this.#templatesOf(plan.day, number, ordinal);
    const lacksId = missingIdShare > 0 && share(seed, number, ordinal, MISSING_ID) < missingIdShare;
    return templates.of(hash32(seed, number, ordinal, TEMPLATE), !lacksId);
  }

  #templatesOf(day: UtcDay, hour: number, ordinal: number): EventTemplates {
    const { emptiedFields, newActivity, seed } = this.scenario;
    const isEmptied = emptiedFields !== undefined && day >= emptiedFields.from;
    const isNew =
      newActivity !== undefined &&
      day >= newActivity.from &&
      share(seed, hour, ordinal, NEW_ACTIVITY) < newActivity.share;
    return (this.#templates[(isEmptied ? 1 : 0) + (isNew ? 2 : 0)] ??= new EventTemplates(this.scenario, {
      ...(isNew ? { activity: { name: newActivity.name, fields: () => newActivity.fields } } : {}),
      emptied: isEmptied ? emptiedFields.names : [],
    }));
  }

  #planOf(day: UtcDay): DayPlan {
    return this.#plans.get(day, () => new DayPlan(this.scenario, day));
  }
}

const SEPARATORS = {
  compact: Buffer.from(","),
  pretty: Buffer.from(",\n    "),
  "pretty-crlf": Buffer.from(",\r\n    "),
} as const;

/** The service compares without regard to case: its own samples write `viewreport` and `ViewReport`. */
function isSame(found: string | undefined, wanted: string | undefined): boolean {
  return wanted === undefined || found?.toLowerCase() === wanted.toLowerCase();
}

/** How many deliveries, in order of availability, can be seen at a moment. */
function countVisible(deliveries: readonly Delivery[], atMs: number): number {
  let [low, high] = [0, deliveries.length];
  while (low < high) {
    const middle = (low + high) >>> 1;
    if ((deliveries[middle]?.availableAtMs ?? Infinity) <= atMs) low = middle + 1;
    else high = middle;
  }
  return low;
}
