import { parseKeep, retainUntil } from "../model/keep.js";
import { holdsOn, retentionOf } from "../model/retention-record.js";
import type { DayRetention, RetentionRecord } from "../model/retention-record.js";
import type { UtcDay } from "../model/utc-day.js";
import type { DayIndex, DayRecord } from "./day-index.js";

/** The day's retention by the ledger; for a day that is not sealed, what it would be sealed under. */
export function retentionOfDay(
  record: Pick<RetentionRecord, "schedules">,
  day: UtcDay,
  sealed: DayRecord | undefined,
): DayRetention | undefined {
  const isSealed = sealed !== undefined && sealed.revisions.length > 0;
  return retentionOf(record, day, isSealed ? (sealed.schedule ?? 0) : record.schedules.length - 1);
}

/** The days whose retention has ended and on which no hold stands, oldest first; without those whose destruction has begun. */
export function overdueDays(
  { days, retention }: Pick<DayIndex, "days" | "retention">,
  today: UtcDay,
): readonly UtcDay[] {
  return [...days.keys()]
    .filter((day) => mayBeOver(retention, day, today))
    .toSorted()
    .filter((day) => {
      const record = days.get(day);
      if (record === undefined || record.revisions.length === 0 || record.disposing !== undefined)
        return false;
      const kept = retentionOfDay(retention, day, record);
      return kept !== undefined && kept.retainUntil <= today && holdsOn(retention, day).length === 0;
    });
}

/** False when no rule that ever stood can have ended: most days are spared a look at their record. */
function mayBeOver({ schedules }: RetentionRecord, day: UtcDay, today: UtcDay): boolean {
  return schedules.some(({ keep }) => {
    const parsed = parseKeep(keep);
    return parsed !== undefined && retainUntil(day, parsed) <= today;
  });
}
