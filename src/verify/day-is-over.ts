import { finding } from "../model/finding.js";
import type { Finding } from "../model/finding.js";
import type { Reading } from "../model/reading.js";
import { dayEndMs, isoTime } from "../model/utc-day.js";

/**
 * Our clock alone chose the day. When it runs ahead, the source answers with the part of the day that has been, or with no
 * event of one that is to come: such a day must not be sealed as complete.
 */
export function checkDayIsOver({ day, clock }: Pick<Reading, "day" | "clock">): readonly Finding[] {
  const sourceMs = Date.parse(clock.api ?? "");
  if (Number.isNaN(sourceMs) || sourceMs >= dayEndMs(day)) return [];
  return [
    finding("DAY_NOT_OVER", {
      subject: `reading of ${day}`,
      found: isoTime(sourceMs),
      expected: `${isoTime(dayEndMs(day))} or later`,
      day,
    }),
  ];
}
