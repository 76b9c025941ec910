import type { UtcDay } from "../../src/model/utc-day.js";
import { WINDOWS_PER_DAY } from "../../src/model/window.js";
import type { Delivery } from "./deliveries.js";
import type { Tenant } from "./tenant.js";

/** The counts of a day, in the words of the manifest. */
export interface DayCounts {
  /** Elements over all pages: distinct + exactDuplicates. */
  readonly delivered: number;
  readonly distinct: number;
  readonly exactDuplicates: number;
  /** Ids that stand on two different texts. */
  readonly conflictingIds: number;
  /** Distinct texts without an `Id`. */
  readonly missingIds: number;
}

/** What the simulated tenant serves, computed without a request, so that a test can compare each event. */
export class Truth {
  readonly #tenant: Tenant;

  constructor(tenant: Tenant) {
    this.#tenant = tenant;
  }

  /** The source texts that 24 one-hour chains deliver at a moment, in their order, duplicates included. */
  *eventsOf(day: UtcDay, atMs: number): Iterable<Uint8Array> {
    for (const delivery of this.#deliveries(day, atMs)) yield this.#tenant.pageText(day, [delivery]);
  }

  /** Each text once, where it first stands. */
  *distinctEventsOf(day: UtcDay, atMs: number): Iterable<Uint8Array> {
    const seen = new Set<number>();
    for (const delivery of this.#deliveries(day, atMs)) {
      const identity = identityOf(delivery);
      if (!seen.has(identity)) yield this.#tenant.pageText(day, [delivery]);
      seen.add(identity);
    }
  }

  countsOf(day: UtcDay, atMs: number): DayCounts {
    const seen = new Set<number>();
    let [delivered, conflictingIds, missingIds] = [0, 0, 0];
    for (const delivery of this.#deliveries(day, atMs)) {
      delivered += 1;
      if (seen.has(identityOf(delivery))) continue;
      seen.add(identityOf(delivery));
      if (!this.#tenant.hasId(day, delivery)) missingIds += 1;
      else if (seen.has(identityOf({ ...delivery, altered: !delivery.altered }))) conflictingIds += 1;
    }
    return {
      delivered,
      distinct: seen.size,
      exactDuplicates: delivered - seen.size,
      conflictingIds,
      missingIds,
    };
  }

  *#deliveries(day: UtcDay, atMs: number): Iterable<Delivery> {
    for (let hour = 0; hour < WINDOWS_PER_DAY; hour += 1) yield* this.#tenant.visibleIn(day, hour, atMs);
  }
}

/** Two deliveries have the same text exactly when they have this in common. */
function identityOf({ hour, ordinal, altered }: Delivery): number {
  return (ordinal * WINDOWS_PER_DAY + hour) * 2 + Number(altered);
}
