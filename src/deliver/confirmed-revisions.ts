import type { SealedDay } from "../archive/sealed-package.js";
import type { DayRecord } from "../ledger/day-index.js";

/** The day's revisions that the sink has confirmed. */
export function confirmedBy(sink: string, record: DayRecord | undefined): readonly SealedDay[] {
  if (record === undefined) return [];
  const { day, revisions, deliveries } = record;
  const confirmed = deliveries.get(sink)?.revision ?? 0;
  return revisions
    .filter(({ revision }) => revision <= confirmed)
    .map(({ revision, manifestSha256 }) => ({ day, revision, manifestSha256 }));
}
