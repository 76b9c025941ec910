import { rm } from "node:fs/promises";
import { expect, it, onTestFinished } from "vitest";
import type { Completeness } from "../../src/model/manifest.js";
import { windowLabel } from "../../src/model/window.js";
import { checkCounts } from "../../src/verify/count-checks.js";
import type { Counted } from "../../src/verify/count-checks.js";
import { DAY, spoolReading, tempArchive } from "../support/spooled-reading.js";

/** Counts that agree with one another and with the empty reading of `readEmptyDay`, but for `change`. */
function counted(change: Partial<Completeness> = {}, lines: Partial<Counted> = {}): Counted {
  const completeness: Completeness = {
    pages: 24,
    empty_pages: 24,
    delivered: 0,
    distinct: 0,
    exact_duplicates: 0,
    conflicting_ids: 0,
    missing_ids: 0,
    outside_window: 0,
    carried: 0,
    first_creation_time: null,
    last_creation_time: null,
    by_hour: {},
    by_activity: {},
    ...change,
  };
  return { completeness, linesWritten: 0, linesKnown: 0, ...lines };
}

async function codesOf(found: Counted): Promise<readonly string[]> {
  const { folder } = await tempArchive();
  onTestFinished(() => rm(folder, { recursive: true }));
  return checkCounts(await spoolReading(folder), found).map(({ code }) => code);
}

it("accepts counts that agree", async () => {
  expect(await codesOf(counted())).toEqual([]);
});

// Each is wrong in one place alone, so that the check under test is the only one that can see it.
it.each<[string, Counted]>([
  ["PAGES_DIFFER", counted({ pages: 23 })],
  ["DELIVERED_DIFFERS", counted({ delivered: 1, exact_duplicates: 1, by_hour: { [windowLabel(7)]: 1 } })],
  ["DISTINCT_DIFFERS", counted({ exact_duplicates: 1 })],
  ["LINE_COUNT_DIFFERS", counted({}, { linesWritten: 1 })],
  ["RECORDS_DIFFER", counted({}, { linesKnown: 1 })],
  ["HOURS_DIFFER", counted({ by_hour: { [windowLabel(7)]: 1 } })],
  ["ACTIVITIES_DIFFER", counted({ by_activity: { ViewReport: 1 } })],
])("finds %s where that alone is wrong", async (code, found) => {
  expect(await codesOf(found)).toEqual([code]);
});

it("says what was found and what was expected, and forbids sealing", async () => {
  const { folder } = await tempArchive();
  onTestFinished(() => rm(folder, { recursive: true }));

  const [finding] = checkCounts(await spoolReading(folder), counted({}, { linesWritten: 3 }));

  expect(finding).toMatchObject({
    severity: "incomplete",
    subject: DAY,
    found: "3",
    expected: "0",
    day: DAY,
  });
});
