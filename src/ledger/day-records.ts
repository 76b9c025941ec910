import type { UtcDay } from "../model/utc-day.js";
import { NO_FAILURES } from "./day-index.js";
import type { DayRecord, Delivery, DeliveryFailure, SealedRevision } from "./day-index.js";

/**
 * The days of a ledger. What a checkpoint brought stays a line of text until it is asked for: a hundred tenants of seven years
 * are a quarter of a million days, of which a pass looks at a few. So look days up; to go through all of them is slow.
 */
export class DayRecords implements ReadonlyMap<UtcDay, DayRecord> {
  readonly #held = new Map<UtcDay, DayRecord | string>();

  get size(): number {
    return this.#held.size;
  }

  has(day: UtcDay): boolean {
    return this.#held.has(day);
  }

  get(day: UtcDay): DayRecord | undefined {
    const held = this.#held.get(day);
    return typeof held === "string" ? unpackDay(held) : held;
  }

  set(record: DayRecord): void {
    this.#held.set(record.day, record);
  }

  /** One of `lines()`. */
  setLine(line: string): void {
    this.#held.set(dayOfLine(line), line);
  }

  /** A line of text for each day, from which `setLine` brings it back. All days are held as lines from then on. */
  *lines(): IterableIterator<string> {
    for (const [day, held] of this.#held) {
      const line = typeof held === "string" ? held : packDay(held);
      this.#held.set(day, line);
      yield line;
    }
  }

  keys(): MapIterator<UtcDay> {
    return this.#held.keys();
  }

  *values(): MapIterator<DayRecord> {
    for (const held of this.#held.values()) yield typeof held === "string" ? unpackDay(held) : held;
  }

  *entries(): MapIterator<[UtcDay, DayRecord]> {
    for (const record of this.values()) yield [record.day, record];
  }

  [Symbol.iterator](): MapIterator<[UtcDay, DayRecord]> {
    return this.entries();
  }

  forEach(act: (record: DayRecord, day: UtcDay, map: ReadonlyMap<UtcDay, DayRecord>) => void): void {
    for (const record of this.values()) act(record, record.day, this);
  }
}

type PackedRevision = readonly [
  revision: number,
  manifestSha256: string,
  sealedAt: number,
  isDelivered: 0 | 1,
];
type PackedDelivery = readonly [sink: string, revision: number, records: number, at: number];
/** What few days have. */
type Rest = Omit<DayRecord, "day" | "revisions" | "readingsAt" | "deliveries" | "failures"> & {
  readonly failures?: readonly (readonly [string, DeliveryFailure])[];
};
type PackedDay = readonly [
  day: UtcDay,
  revisions: readonly PackedRevision[],
  readingsAt: readonly number[],
  deliveries: readonly PackedDelivery[],
  rest?: Rest,
];

function packDay({ day, revisions, readingsAt, deliveries, failures, ...states }: DayRecord): string {
  const rest: Rest = failures.size === 0 ? states : { ...states, failures: [...failures] };
  const packed: PackedDay = [
    day,
    revisions.map(packRevision),
    readingsAt,
    [...deliveries].map(([sink, { revision, records, at }]) => [sink, revision, records, at]),
  ];
  return JSON.stringify(Object.keys(rest).length === 0 ? packed : [...packed, rest]);
}

function packRevision({ revision, manifestSha256, sealedAt, isDelivered }: SealedRevision): PackedRevision {
  return [revision, manifestSha256, sealedAt, isDelivered === true ? 1 : 0];
}

function dayOfLine(line: string): UtcDay {
  return line.slice('["'.length, '["2026-11-20'.length) as UtcDay;
}

function unpackDay(line: string): DayRecord {
  const [day, revisions, readingsAt, deliveries, rest] = JSON.parse(line) as PackedDay;
  const { failures, ...states } = rest ?? {};
  return {
    day,
    revisions: revisions.map(unpackRevision),
    readingsAt,
    deliveries: new Map(
      deliveries.map(([sink, revision, records, at]): [string, Delivery] => [
        sink,
        { revision, records, at },
      ]),
    ),
    failures: failures === undefined ? NO_FAILURES : new Map(failures),
    ...states,
  };
}

function unpackRevision([revision, manifestSha256, sealedAt, isDelivered]: PackedRevision): SealedRevision {
  return { revision, manifestSha256, sealedAt, ...(isDelivered === 1 ? { isDelivered: true } : {}) };
}
