import { LedgerIndex } from "../../src/ledger/ledger-index.js";
import type { DayIndex, DayRecord } from "../../src/ledger/day-index.js";
import type { LedgerEntry } from "../../src/model/ledger-entry.js";
import { NO_ANCHORS } from "../../src/model/anchor-record.js";
import { NO_RETENTION } from "../../src/model/retention-record.js";
import type { UtcDay } from "../../src/model/utc-day.js";

/** What these entries say. */
export function indexDays(entries: readonly LedgerEntry[]): LedgerIndex {
  const index = new LedgerIndex();
  for (const entry of entries) index.add(entry);
  return index;
}

/** An index of these days alone. */
export function indexOfDays(days: ReadonlyMap<UtcDay, DayRecord>, createdAt = 0): DayIndex {
  const records = [...days.values()];
  const sum = (count: (record: DayRecord) => number): number =>
    records.reduce((total, record) => total + count(record), 0);
  const sealed = records.filter(({ revisions }) => revisions.length > 0).map(({ day }) => day);
  return {
    days,
    previous: null,
    createdAt,
    newestDay: sealed.toSorted().at(-1) ?? null,
    totals: {
      read: sum(({ readingsAt }) => Math.min(1, readingsAt.length)),
      revisions: sum(({ revisions }) => revisions.length),
      readings: sum(({ readingsAt }) => readingsAt.length),
      disposing: 0,
      disposed: 0,
    },
    retention: NO_RETENTION,
    anchors: NO_ANCHORS,
    behind: new Map(),
  };
}
