import type { AnchorRecord } from "../model/anchor-record.js";
import type { RetentionRecord } from "../model/retention-record.js";
import type { UtcDay } from "../model/utc-day.js";

export interface SealedRevision {
  readonly revision: number;
  readonly manifestSha256: string;
  /** Milliseconds since the epoch, as the ledger's clock had it. */
  readonly sealedAt: number;
  /** Whether any sink ever confirmed it: then the state folder need not have it. */
  readonly isDelivered?: true;
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

/** An anomaly of a day, from an `incident` or a `names-seen` entry. */
export interface DayIncident {
  readonly code: string;
  /** For people: what was found, with numbers. */
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
  readonly deliveries: ReadonlyMap<string, Delivery>;
  /** By sink, its newest failure that no later delivery to it made good. */
  readonly failures: ReadonlyMap<string, DeliveryFailure>;
  /** The newest reading that gave fewer records than the one before it: compared with `revision`, or sealed as it. */
  readonly shrank?: { readonly revision: number; readonly missing: number; readonly at: number };
  /** Oldest first. */
  readonly incidents?: readonly DayIncident[];
  /** Which rule of the ledger's `schedule-set` entries, from 0, was in force at the first seal; absent for the first. */
  readonly schedule?: number;
  /** By sink, until when its locks were last extended. */
  readonly locks?: Readonly<Record<string, UtcDay>>;
  /** The plan under which the day's destruction has begun. */
  readonly disposing?: { readonly plan: string; readonly seq: number; readonly at: number };
  /** The newest revision is the first to be recorded as destroyed; with revision 1 the whole day is. */
  readonly disposed?: readonly DisposedRevision[];
}

/** A revision whose content was destroyed, as its `disposed` entry says. */
export interface DisposedRevision {
  readonly revision: number;
  readonly tombstoneSha256: string;
  readonly plan: string;
  readonly at: number;
}

/** Whether every revision of the day was destroyed. */
export function isDisposed(record: Pick<DayRecord, "revisions" | "disposed"> | undefined): boolean {
  const disposed = record?.disposed ?? [];
  return disposed.length > 0 && disposed.length === record?.revisions.length;
}

/** Shared by all days without a failure, which are nearly all. */
export const NO_FAILURES: DayRecord["failures"] = new Map();

export interface DayIndex {
  readonly days: ReadonlyMap<UtcDay, DayRecord>;
  /** Hash of the manifest sealed last, whatever its day: the next manifest's `previous`. */
  readonly previous: string | null;
  /** When the archive was created, milliseconds since the epoch. */
  readonly createdAt: number;
  /** The newest day with a revision. */
  readonly newestDay: UtcDay | null;
  readonly totals: DayTotals;
  /** Rules, holds and plans. */
  readonly retention: RetentionRecord;
  readonly anchors: AnchorRecord;
  /** By sink, the days whose newest revision it has not confirmed; a sink that the ledger never named lacks every day. */
  readonly behind: ReadonlyMap<string, ReadonlySet<UtcDay>>;
}

/** Sums over all days, kept up to date so that no reader goes through all days. */
export interface DayTotals {
  /** Days read at least once. */
  readonly read: number;
  readonly revisions: number;
  /** Readings sealed or rechecked. */
  readonly readings: number;
  /** Days being destroyed, and those of them that are. */
  readonly disposing: number;
  readonly disposed: number;
}
