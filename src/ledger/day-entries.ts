import type { EntryOf } from "../model/ledger-entry.js";
import type { UtcDay } from "../model/utc-day.js";
import { NO_FAILURES } from "./day-index.js";
import type { DayIncident, DayRecord, Delivery, DeliveryFailure, DisposedRevision } from "./day-index.js";

/** The entries that add to the record of their day. */
export type DayEntry = EntryOf<
  | "day-sealed"
  | "day-rechecked"
  | "day-lost"
  | "source-shrank"
  | "sink-delivered"
  | "sink-failed"
  | "lock-extended"
  | "disposal-begun"
  | "disposed"
>;

/** The day's record after one more entry; `record` is undefined before the first. Pure. */
export function addDayEntry(record: DayRecord | undefined, entry: DayEntry): DayRecord {
  return addEntry(record ?? newRecord(entry.day), entry);
}

/** The day's record with one more anomaly. Pure. */
export function addIncident(record: DayRecord, incident: DayIncident): DayRecord {
  return { ...record, incidents: [...(record.incidents ?? []), incident] };
}

function newRecord(day: UtcDay): DayRecord {
  return { day, revisions: [], readingsAt: [], deliveries: new Map(), failures: NO_FAILURES };
}

function addEntry(record: DayRecord, entry: DayEntry): DayRecord {
  const at = Date.parse(entry.time);
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
    case "source-shrank":
      return { ...record, shrank: { revision: entry.revision, missing: entry.missing, at } };
    case "lock-extended":
      return { ...record, locks: { ...record.locks, [entry.sink]: entry.retain_until } };
    case "disposal-begun":
      return { ...record, disposing: { plan: entry.plan, seq: entry.seq, at } };
    case "disposed":
      return addDisposed(record, {
        revision: entry.revision,
        tombstoneSha256: entry.tombstone_sha256,
        plan: entry.plan,
        at,
      });
    default:
      return entry satisfies never;
  }
}

function addDisposed(record: DayRecord, disposed: DisposedRevision): DayRecord {
  return { ...record, disposed: [...(record.disposed ?? []), disposed] };
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
