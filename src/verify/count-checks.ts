import type { Finding } from "../model/finding.js";
import type { Completeness } from "../model/manifest.js";
import type { Reading } from "../model/reading.js";
import { incomplete } from "./incomplete.js";

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
  const rule = "every page of the page ledger is transcribed";
  return equal(reading, "PAGES_DIFFER", rule, completeness.pages, reading.pages.length);
}

function checkDelivered(reading: Reading, { completeness }: Counted): readonly Finding[] {
  const rule = "the events of all pages are the events delivered";
  return equal(
    reading,
    "DELIVERED_DIFFERS",
    rule,
    completeness.delivered,
    sum(reading.pages.map((p) => p.events)),
  );
}

function checkDistinct(reading: Reading, { completeness }: Counted): readonly Finding[] {
  const rule = "an event is a distinct record or an exact duplicate";
  const { delivered, distinct, exact_duplicates: duplicates } = completeness;
  return equal(reading, "DISTINCT_DIFFERS", rule, distinct + duplicates, delivered);
}

function checkLinesWritten(reading: Reading, { completeness, linesWritten }: Counted): readonly Finding[] {
  const rule = "every distinct record is one line of the file";
  return equal(reading, "LINES_DIFFER", rule, linesWritten, completeness.distinct);
}

function checkLinesKnown(reading: Reading, { completeness, linesKnown }: Counted): readonly Finding[] {
  const rule = "every distinct record is known to the table of records";
  return equal(reading, "RECORDS_DIFFER", rule, linesKnown, completeness.distinct);
}

function checkHours(reading: Reading, { completeness }: Counted): readonly Finding[] {
  const rule = "the events of all hours are the events delivered";
  return equal(
    reading,
    "HOURS_DIFFER",
    rule,
    sum(Object.values(completeness.by_hour)),
    completeness.delivered,
  );
}

function checkActivities(reading: Reading, { completeness }: Counted): readonly Finding[] {
  const rule = "the records of all activities are the distinct records";
  const found = sum(Object.values(completeness.by_activity));
  return equal(reading, "ACTIVITIES_DIFFER", rule, found, completeness.distinct);
}

function equal(
  reading: Reading,
  code: string,
  rule: string,
  found: number,
  expected: number,
): readonly Finding[] {
  if (found === expected) return [];
  return [incomplete(reading, code, reading.day, rule, `${found}`, `${expected}`)];
}

function sum(counts: readonly number[]): number {
  return counts.reduce((total, count) => total + count, 0);
}
