import type { LedgerEntry } from "../model/ledger-entry.js";
import type { UtcDay } from "../model/utc-day.js";

export interface SealedRevision {
  readonly revision: number;
  readonly manifestSha256: string;
  /** Milliseconds since the epoch, as the ledger's clock had it. */
  readonly sealedAt: number;
  /** Once its content is destroyed. */
  readonly tombstoneSha256?: string;
}

/** The newest revision that a sink has confirmed. */
export interface Delivery {
  readonly revision: number;
  readonly manifestSha256: string;
  readonly records: number;
  readonly at: number;
}

export interface DeliveryFailure {
  readonly revision: number;
  readonly code: string;
  readonly at: number;
}

/** What the ledger says of one day. */
export interface DayRecord {
  readonly day: UtcDay;
  /** Ascending, from 1 without a hole. */
  readonly revisions: readonly SealedRevision[];
  /** When readings were sealed or rechecked, milliseconds since the epoch, in ledger order. */
  readonly readingsAt: readonly number[];
  readonly lost?: { readonly at: number; readonly reason: string };
  /** Set once every revision is destroyed. */
  readonly disposed?: { readonly at: number };
  readonly deliveries: ReadonlyMap<string, Delivery>;
  /** By sink, its newest failure that no later delivery to it made good. */
  readonly failures: ReadonlyMap<string, DeliveryFailure>;
}

export interface DayIndex {
  readonly days: ReadonlyMap<UtcDay, DayRecord>;
  /** Hash of the manifest sealed last, whatever its day: the next manifest's `previous`. */
  readonly previous: string | null;
  /** When the archive was created, milliseconds since the epoch. */
  readonly createdAt: number;
}

/** The entries seen as days. Pure; entries that concern no day are passed over. */
export function indexDays(entries: readonly LedgerEntry[]): DayIndex {
  const days = new Map<UtcDay, DayRecord>();
  let previous: string | null = null;
  for (const entry of entries) {
    if (entry.type === "day-sealed") previous = entry.manifest_sha256;
    if (!("day" in entry)) continue;
    const record = days.get(entry.day) ?? {
      day: entry.day,
      revisions: [],
      readingsAt: [],
      deliveries: new Map(),
      failures: new Map(),
    };
    days.set(entry.day, addEntry(record, entry));
  }
  return { days, previous, createdAt: timeOf(entries[0]) };
}

type DayEntry = Extract<LedgerEntry, { readonly day: UtcDay }>;

function addEntry(record: DayRecord, entry: DayEntry): DayRecord {
  const at = timeOf(entry);
  switch (entry.type) {
    case "day-sealed":
      return {
        ...record,
        revisions: [
          ...record.revisions,
          { revision: entry.revision, manifestSha256: entry.manifest_sha256, sealedAt: at },
        ],
        readingsAt: [...record.readingsAt, at],
      };
    case "day-rechecked":
      return { ...record, readingsAt: [...record.readingsAt, at] };
    case "day-lost":
      return { ...record, lost: { at, reason: entry.reason } };
    case "sink-delivered":
      return addDelivery(record, entry.sink, {
        revision: entry.revision,
        manifestSha256: entry.manifest_sha256,
        records: entry.records,
        at,
      });
    case "sink-failed":
      return addFailure(record, entry.sink, { revision: entry.revision, code: entry.code, at });
    case "disposed":
      return addTombstone(record, entry.revision, entry.tombstone_sha256, at);
    case "source-shrank":
      return record;
    default:
      return entry satisfies never;
  }
}

function addDelivery(record: DayRecord, sink: string, delivery: Delivery): DayRecord {
  const failures = new Map(record.failures);
  failures.delete(sink);
  return { ...record, deliveries: new Map(record.deliveries).set(sink, delivery), failures };
}

function addFailure(record: DayRecord, sink: string, failure: DeliveryFailure): DayRecord {
  return { ...record, failures: new Map(record.failures).set(sink, failure) };
}

function addTombstone(record: DayRecord, revision: number, tombstoneSha256: string, at: number): DayRecord {
  const revisions = record.revisions.map((sealed) =>
    sealed.revision === revision ? { ...sealed, tombstoneSha256 } : sealed,
  );
  const isAll = revisions.every((sealed) => sealed.tombstoneSha256 !== undefined);
  return isAll ? { ...record, revisions, disposed: { at } } : { ...record, revisions };
}

function timeOf(entry: LedgerEntry | undefined): number {
  return entry === undefined ? 0 : Date.parse(entry.time);
}
