import type { Finding } from "../model/finding.js";
import type { Reading } from "../model/reading.js";
import { dayEndMs, isoTime } from "../model/utc-day.js";
import { incomplete } from "./incomplete.js";

/**
 * Our clock alone chose the day. When it runs ahead, the source answers with the part of the day that has been, or with no
 * event of one that is to come: such a day must not be sealed as complete (fault 67).
 */
export function checkDayIsOver(reading: Pick<Reading, "day" | "clock">): readonly Finding[] {
  const { day, clock } = reading;
  const sourceMs = Date.parse(clock.api ?? "");
  if (Number.isNaN(sourceMs) || sourceMs >= dayEndMs(day)) return [];
  return [
    incomplete(
      reading,
      "day-not-over",
      `reading of ${day}`,
      "the day is over by the source's clock",
      isoTime(sourceMs),
      `${isoTime(dayEndMs(day))} or later`,
    ),
  ];
}
