import { describe, expect, it } from "vitest";
import { MAX_NAMES, withNames } from "../../src/model/known-names.js";
import type { KnownNames } from "../../src/model/known-names.js";
import { emptiedFields, quietDay, unseenNames } from "../../src/plan/anomalies.js";
import type { FilledCounts } from "../../src/plan/anomalies.js";

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

describe("quietDay", () => {
  it.each([
    [0, 480, "DAY_EMPTY"],
    [0, 3, "DAY_EMPTY"],
    [119, 480, "DAY_QUIET"],
    [120, 480, undefined],
    [2_000, 480, undefined],
    [1, 19, undefined],
    [0, 0, undefined],
    [7, 0, undefined],
  ])("says of %d events where %d are usual: %s", (events, usual, code) => {
    expect(quietDay(events, usual)).toBe(code);
  });
});

const FIELD = { present: 3, filled: 1 };

function named(by_activity: Readonly<Record<string, number>>, ...fields: readonly string[]) {
  return { distinct: 3, by_activity, by_field: Object.fromEntries(fields.map((name) => [name, FIELD])) };
}

/** What is known after a day. */
function after(known: KnownNames | undefined, counts: ReturnType<typeof named>): KnownNames | undefined {
  const unseen = unseenNames(known, counts);
  return unseen === undefined ? known : withNames(known, unseen);
}

describe("unseenNames", () => {
  it("lays a baseline of all that the first day has", () => {
    expect(unseenNames(undefined, named({ ViewReport: 3 }, "Id"))).toEqual({
      activities: { ViewReport: 3 },
      fields: { Id: 3 },
    });
  });

  it("takes no empty day for a baseline, and no manifest that counts no fields", () => {
    expect(unseenNames(undefined, { ...named({}), distinct: 0 })).toBeUndefined();
    expect(unseenNames(undefined, { distinct: 3, by_activity: { ViewReport: 3 } })).toBeUndefined();
  });

  it("finds what no day before had, activities and fields apart", () => {
    const seen = { activities: ["ViewReport"], fields: ["Id"] };

    expect(unseenNames(seen, named({ ViewReport: 1, ExportReport: 2 }, "Id", "DomainId"))).toEqual({
      activities: { ExportReport: 2 },
      fields: { DomainId: 3 },
    });
    expect(unseenNames(seen, named({ ViewReport: 1 }, "Id"))).toBeUndefined();
  });

  it("counts together names that are no identifiers, and says so once", () => {
    const odd = named({ ViewReport: 1, "": 1, "two\nlines": 1 }, "Id", "*");
    const seen = { activities: ["ViewReport"], fields: ["Id"] };

    expect(unseenNames(seen, odd)).toEqual({ activities: { "*": 2 }, fields: { "*": 3 } });
    expect(unseenNames(after(seen, odd), odd)).toBeUndefined();
  });

  it("warns of each name once, whatever days come after", () => {
    const first = after(undefined, named({ ViewReport: 3 }, "Id"));
    const second = after(first, named({ ExportReport: 3 }, "Id", "DomainId"));

    expect(second).toEqual({ activities: ["ViewReport", "ExportReport"], fields: ["Id", "DomainId"] });
    expect(unseenNames(second, named({ ViewReport: 1, ExportReport: 1 }, "Id", "DomainId"))).toBeUndefined();
  });

  it("remembers a bounded number of names, and warns once that there are more", () => {
    const many = named(
      Object.fromEntries(Array.from({ length: 3 * MAX_NAMES }, (_, at) => [`Name${at}`, 1])),
    );
    const full = after({ activities: ["ViewReport"], fields: [] }, many);

    expect(full?.activities).toHaveLength(MAX_NAMES + 1);
    expect(full?.activities.at(-1)).toBe("*");
    expect(unseenNames(full, many)).toBeUndefined();
    expect(unseenNames(full, named({ Another: 1 }))).toBeUndefined();
  });
});
