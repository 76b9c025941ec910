import { finding } from "../model/finding.js";
import type { Finding, FindingCode } from "../model/finding.js";
import type { Completeness } from "../model/manifest.js";
import type { Reading } from "../model/reading.js";

/** What was counted while a day was transcribed, and what stands in the files by a count of its own. */
export interface Counted {
  readonly completeness: Completeness;
  /** Newlines in the record lines as they were written. */
  readonly linesWritten: number;
  /** Keys in the table of distinct records. */
  readonly linesKnown: number;
}

type CountCheck = (reading: Reading, counted: Counted) => readonly Finding[];

const COUNT_CHECKS: readonly CountCheck[] = [
  checkPages,
  checkDelivered,
  checkDistinct,
  checkLinesWritten,
  checkLinesKnown,
  checkHours,
  checkActivities,
];

/** Whether the counts of a day, taken in different places, agree with one another. */
export function checkCounts(reading: Reading, counted: Counted): readonly Finding[] {
  return COUNT_CHECKS.flatMap((check) => check(reading, counted));
}

function checkPages(reading: Reading, { completeness }: Counted): readonly Finding[] {
  return equal(reading, "PAGES_DIFFER", completeness.pages, reading.pages.length);
}

function checkDelivered(reading: Reading, { completeness }: Counted): readonly Finding[] {
  return equal(reading, "DELIVERED_DIFFERS", completeness.delivered, sum(reading.pages.map((p) => p.events)));
}

function checkDistinct(reading: Reading, { completeness }: Counted): readonly Finding[] {
  const { delivered, distinct, exact_duplicates: duplicates } = completeness;
  return equal(reading, "DISTINCT_DIFFERS", distinct + duplicates, delivered);
}

function checkLinesWritten(reading: Reading, { completeness, linesWritten }: Counted): readonly Finding[] {
  return equal(reading, "LINE_COUNT_DIFFERS", linesWritten, completeness.distinct);
}

function checkLinesKnown(reading: Reading, { completeness, linesKnown }: Counted): readonly Finding[] {
  return equal(reading, "RECORDS_DIFFER", linesKnown, completeness.distinct);
}

function checkHours(reading: Reading, { completeness }: Counted): readonly Finding[] {
  return equal(reading, "HOURS_DIFFER", sum(Object.values(completeness.by_hour)), completeness.delivered);
}

function checkActivities(reading: Reading, { completeness }: Counted): readonly Finding[] {
  const found = sum(Object.values(completeness.by_activity));
  return equal(reading, "ACTIVITIES_DIFFER", found, completeness.distinct);
}

function equal({ day }: Reading, code: FindingCode, found: number, expected: number): readonly Finding[] {
  if (found === expected) return [];
  return [finding(code, { subject: day, found: `${found}`, expected: `${expected}`, day })];
}

function sum(counts: readonly number[]): number {
  return counts.reduce((total, count) => total + count, 0);
}
