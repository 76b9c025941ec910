import type { LedgerEntry } from "../model/ledger-entry.js";
import type { UtcDay } from "../model/utc-day.js";
import { NO_FAILURES } from "./day-records.js";

export interface SealedRevision {
  readonly revision: number;
  readonly manifestSha256: string;
  /** Milliseconds since the epoch, as the ledger's clock had it. */
  readonly sealedAt: number;
  /** Whether any sink ever confirmed it: then the state folder need not have it. */
  readonly isDelivered?: true;
  /** Once its content is destroyed. */
  readonly tombstoneSha256?: string;
}

/** The newest revision that a sink has confirmed. */
export interface Delivery {
  readonly revision: number;
  readonly records: number;
  readonly at: number;
}

export interface DeliveryFailure {
  readonly revision: number;
  readonly code: string;
  readonly at: number;
}

/** Something odd that was remarked on: an `incident` entry about a day. */
export interface DayIncident {
  readonly code: string;
  /** With the numbers, as in the entry. */
  readonly subject: string;
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
  /** The newest reading that gave fewer records than the one before it: compared with `revision`, or sealed as it. */
  readonly shrank?: { readonly revision: number; readonly missing: number; readonly at: number };
  /** Oldest first. */
  readonly incidents?: readonly DayIncident[];
}

export interface DayIndex {
  readonly days: ReadonlyMap<UtcDay, DayRecord>;
  /** Hash of the manifest sealed last, whatever its day: the next manifest's `previous`. */
  readonly previous: string | null;
  /** When the archive was created, milliseconds since the epoch. */
  readonly createdAt: number;
  /** The newest day with a revision. */
  readonly newestDay: UtcDay | null;
  readonly totals: DayTotals;
  /** By sink, the days whose newest revision it has not confirmed; a sink that the ledger never named lacks every day. */
  readonly behind: ReadonlyMap<string, ReadonlySet<UtcDay>>;
}

/** Sums over all days, so that nobody need go through them. */
export interface DayTotals {
  /** Days read at least once. */
  readonly read: number;
  /** Of those, days whose every revision is destroyed. */
  readonly disposed: number;
  readonly revisions: number;
  /** Readings sealed or rechecked. */
  readonly readings: number;
}

export type DayEntry = Extract<LedgerEntry, { readonly day: UtcDay }>;
export type IncidentEntry = Extract<LedgerEntry, { readonly type: "incident" }>;

/** The day's record with one entry more; `record` is undefined before its first. Pure. */
export function addDayEntry(record: DayRecord | undefined, entry: DayEntry): DayRecord {
  return addEntry(record ?? newRecord(entry.day), entry);
}

/** The day's record with an incident more. Pure. */
export function addIncident(record: DayRecord, { code, subject, time }: IncidentEntry): DayRecord {
  const incident = { code, subject, at: Date.parse(time) };
  return { ...record, incidents: [...(record.incidents ?? []), incident] };
}

function newRecord(day: UtcDay): DayRecord {
  return { day, revisions: [], readingsAt: [], deliveries: new Map(), failures: NO_FAILURES };
}

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
      return addDelivery(markDelivered(record, entry.manifest_sha256), entry.sink, {
        revision: entry.revision,
        records: entry.records,
        at,
      });
    case "sink-failed":
      return addFailure(record, entry.sink, { revision: entry.revision, code: entry.code, at });
    case "disposed":
      return addTombstone(record, entry.revision, entry.tombstone_sha256, at);
    case "source-shrank":
      return { ...record, shrank: { revision: entry.revision, missing: entry.missing, at } };
    default:
      return entry satisfies never;
  }
}

function addDelivery(record: DayRecord, sink: string, delivery: Delivery): DayRecord {
  const failures = [...record.failures].filter(([name]) => name !== sink);
  return {
    ...record,
    deliveries: new Map(record.deliveries).set(sink, delivery),
    failures: failures.length === 0 ? NO_FAILURES : new Map(failures),
  };
}

function markDelivered(record: DayRecord, manifestSha256: string): DayRecord {
  const revisions = record.revisions.map((sealed) =>
    sealed.manifestSha256 === manifestSha256 ? { ...sealed, isDelivered: true as const } : sealed,
  );
  return { ...record, revisions };
}

function addFailure(record: DayRecord, sink: string, failure: DeliveryFailure): DayRecord {
  const failed = { ...record, failures: new Map(record.failures).set(sink, failure) };
  return failure.code === "SINK_LOST" ? withdrawDelivery(failed, sink, failure.revision) : failed;
}

/** The sink has lost the revision: it counts as never delivered there, and neither do those after it. */
function withdrawDelivery(record: DayRecord, sink: string, revision: number): DayRecord {
  const delivery = record.deliveries.get(sink);
  if (delivery === undefined || delivery.revision < revision) return record;
  const others = new Map([...record.deliveries].filter(([name]) => name !== sink));
  const deliveries = revision > 1 ? others.set(sink, { ...delivery, revision: revision - 1 }) : others;
  return { ...record, deliveries };
}

function addTombstone(record: DayRecord, revision: number, tombstoneSha256: string, at: number): DayRecord {
  const revisions = record.revisions.map((sealed) =>
    sealed.revision === revision ? { ...sealed, tombstoneSha256 } : sealed,
  );
  const isAll = revisions.every((sealed) => sealed.tombstoneSha256 !== undefined);
  return isAll ? { ...record, revisions, disposed: { at } } : { ...record, revisions };
}

function timeOf(entry: LedgerEntry): number {
  return Date.parse(entry.time);
}
