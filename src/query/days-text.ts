import type { UtcDay } from "../model/utc-day.js";
import type { DayRange } from "../model/utc-day.js";
import { summaryOf } from "./day-table.js";
import type { DayFacts } from "./day-table.js";

const MAX_DAYS_NAMED = 10;

/** What is held of the days that an answer is made of: without it, a gap reads as a quiet day. */
export function daysText(days: readonly DayFacts[], range: DayRange | undefined): string {
  if (range === undefined) return "days: none";
  const { held, empty, lost, missing, disposed } = summaryOf(days);
  const parts = [
    `days ${range.from} to ${range.to}: ${held} held`,
    `${empty} of them empty`,
    named("lost", lost),
    ...(missing.length === 0 ? [] : [named("not archived", missing)]),
    ...(disposed === 0 ? [] : [`${disposed} destroyed after their retention`]),
  ];
  return parts.join(", ");
}

function named(what: string, days: readonly UtcDay[]): string {
  if (days.length === 0) return `0 ${what}`;
  const more = days.length > MAX_DAYS_NAMED ? ", …" : "";
  return `${days.length} ${what} (${days.slice(0, MAX_DAYS_NAMED).join(", ")}${more})`;
}
