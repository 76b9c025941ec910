import { describe, expect, it } from "vitest";
import { emptiedFields } from "../../src/plan/emptied-fields.js";
import type { FilledCounts } from "../../src/plan/emptied-fields.js";

type Filled = Readonly<Record<string, number>>;

/** A day of so many records an activity, each with its filled fields. */
function day(activities: Readonly<Record<string, readonly [records: number, filled: Filled]>>): FilledCounts {
  const entries = Object.entries(activities);
  return {
    by_activity: Object.fromEntries(entries.map(([name, [records]]) => [name, records])),
    filled_by_activity: Object.fromEntries(entries.map(([name, [, filled]]) => [name, filled])),
  };
}

function views(records: number, filled: Filled): FilledCounts {
  return day({ ViewReport: [records, filled] });
}

const USUAL = [views(100, { UserAgent: 98 }), views(100, { UserAgent: 98 }), views(100, { UserAgent: 98 })];

describe("emptiedFields", () => {
  it.each([
    ["is gone", {}, 0],
    ["is left in less than a tenth of its usual share", { UserAgent: 9 }, 9],
  ])("finds a field that %s", (_, filled, found) => {
    expect(emptiedFields(views(100, filled), USUAL)).toEqual([
      { field: "UserAgent", activities: ["ViewReport"], filled: found, records: 100, usual: 0.98 },
    ]);
  });

  it.each([
    ["a tenth of the usual share is left", views(100, { UserAgent: 10 }), USUAL],
    ["only two days are known", views(100, {}), USUAL.slice(1)],
    [
      "the days before have fewer than 50 records",
      views(100, {}),
      USUAL.map(() => views(16, { UserAgent: 16 })),
    ],
    [
      "the field was filled in less than half of the records",
      views(100, {}),
      USUAL.map(() => views(100, { UserAgent: 49 })),
    ],
    ["the day's activities are others", day({ RefreshDataset: [500, {}] }), USUAL],
    [
      "the day has too few events to be listed",
      { by_activity: { ViewReport: 19 }, filled_by_activity: {} },
      USUAL,
    ],
    ["the manifests are of before it was counted", { by_activity: { ViewReport: 100 } }, USUAL],
  ])("finds nothing where %s", (_, today, before) => {
    expect(emptiedFields(today, before)).toEqual([]);
  });

  it("is not misled by a weekend of other activities", () => {
    const weekday = day({ ViewReport: [900, { ReportName: 900 }], RefreshDataset: [100, {}] });
    const weekend = day({ ViewReport: [20, { ReportName: 20 }], RefreshDataset: [980, {}] });

    expect(emptiedFields(weekend, [weekday, weekday, weekday])).toEqual([]);
  });

  it("says of a field once in which activities it went empty", () => {
    const usual = day({ ViewReport: [60, { ClientIP: 60 }], ExportReport: [40, { ClientIP: 20 }] });
    const today = day({ ViewReport: [60, { ClientIP: 1 }], ExportReport: [40, {}] });

    expect(emptiedFields(today, [usual, usual, usual])).toEqual([
      { field: "ClientIP", activities: ["ViewReport", "ExportReport"], filled: 1, records: 100, usual: 0.8 },
    ]);
  });

  it("takes what lasts for the habit after a while", () => {
    const before = [...USUAL, ...USUAL.map(() => views(100, {})), views(100, {})];

    expect(emptiedFields(views(100, {}), before)).toEqual([]);
  });
});
