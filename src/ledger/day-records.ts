import type { UtcDay } from "../model/utc-day.js";
import { NO_FAILURES } from "./day-index.js";
import type { DayRecord, Delivery, DeliveryFailure, SealedRevision } from "./day-index.js";

/**
 * The days of a ledger. A day from a checkpoint stays a line of text until it is read: a hundred tenants of seven years have a
 * quarter of a million days, and a pass reads a few of them. Look days up; going through all of them is slow.
 */
export class DayRecords implements ReadonlyMap<UtcDay, DayRecord> {
  readonly #days = new Map<UtcDay, DayRecord | string>();

  get size(): number {
    return this.#days.size;
  }

  has(day: UtcDay): boolean {
    return this.#days.has(day);
  }

  get(day: UtcDay): DayRecord | undefined {
    const stored = this.#days.get(day);
    return typeof stored === "string" ? unpackDay(stored) : stored;
  }

  set(record: DayRecord): void {
    this.#days.set(record.day, record);
  }

  /** One of `lines()`. */
  setLine(line: string): void {
    this.#days.set(dayOfLine(line), line);
  }

  /** A line of text for each day, which `setLine` accepts. All days are stored as lines from then on. */
  *lines(): IterableIterator<string> {
    for (const [day, stored] of this.#days) {
      const line = typeof stored === "string" ? stored : packDay(stored);
      this.#days.set(day, line);
      yield line;
    }
  }

  keys(): MapIterator<UtcDay> {
    return this.#days.keys();
  }

  *values(): MapIterator<DayRecord> {
    for (const stored of this.#days.values()) yield typeof stored === "string" ? unpackDay(stored) : stored;
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
