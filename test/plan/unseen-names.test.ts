import { describe, expect, it } from "vitest";
import { MOST_NAMES, addSeenNames, namesSubject } from "../../src/model/seen-names.js";
import type { SeenNames } from "../../src/model/seen-names.js";
import { unseenNames } from "../../src/plan/unseen-names.js";

const FIELD = { present: 3, filled: 1 };

function day(by_activity: Readonly<Record<string, number>>, ...fields: readonly string[]) {
  return { distinct: 3, by_activity, by_field: Object.fromEntries(fields.map((name) => [name, FIELD])) };
}

/** What is known after a day, by way of the entries that it makes. */
function after(seen: SeenNames | undefined, counts: ReturnType<typeof day>): SeenNames | undefined {
  return unseenNames(seen, counts).reduce(
    (known, { code, ...names }) =>
      addSeenNames(known, { code, subject: namesSubject("2026-11-20 r0001", names) }),
    seen,
  );
}

describe("unseenNames", () => {
  it("lays a baseline of all that the first day has", () => {
    expect(unseenNames(undefined, day({ ViewReport: 3 }, "Id"))).toEqual([
      { code: "NAMES_BASELINE", activities: [["ViewReport", 3]], fields: [["Id", 3]] },
    ]);
  });

  it("takes no empty day for a baseline, and no manifest that counts no fields", () => {
    expect(unseenNames(undefined, { ...day({}), distinct: 0 })).toEqual([]);
    expect(unseenNames(undefined, { distinct: 3, by_activity: { ViewReport: 3 } })).toEqual([]);
  });

  it("finds what no day before had, activities and fields apart", () => {
    const seen = { activities: ["ViewReport"], fields: ["Id"] };

    expect(unseenNames(seen, day({ ViewReport: 1, ExportReport: 2 }, "Id", "DomainId"))).toEqual([
      { code: "ACTIVITY_FIRST_SEEN", activities: [["ExportReport", 2]], fields: [] },
      { code: "FIELD_FIRST_SEEN", activities: [], fields: [["DomainId", 3]] },
    ]);
    expect(unseenNames(seen, day({ ViewReport: 1 }, "Id"))).toEqual([]);
  });

  it("counts together names that are no identifiers, and says so once", () => {
    const odd = day({ ViewReport: 1, "": 1, "two\nlines": 1 }, "Id", "*");
    const seen = { activities: ["ViewReport"], fields: ["Id"] };

    expect(unseenNames(seen, odd)).toEqual([
      { code: "ACTIVITY_FIRST_SEEN", activities: [["*", 2]], fields: [] },
      { code: "FIELD_FIRST_SEEN", activities: [], fields: [["*", 3]] },
    ]);
    expect(unseenNames(after(seen, odd), odd)).toEqual([]);
  });

  it("warns of each name once, whatever days come after", () => {
    const first = after(undefined, day({ ViewReport: 3 }, "Id"));
    const second = after(first, day({ ExportReport: 3 }, "Id", "DomainId"));

    expect(second).toEqual({ activities: ["ViewReport", "ExportReport"], fields: ["Id", "DomainId"] });
    expect(unseenNames(second, day({ ViewReport: 1, ExportReport: 1 }, "Id", "DomainId"))).toEqual([]);
  });

  it("remembers a bounded number of names, and warns once that there are more", () => {
    const many = day(Object.fromEntries(Array.from({ length: 3 * MOST_NAMES }, (_, at) => [`Name${at}`, 1])));
    const full = after({ activities: ["ViewReport"], fields: [] }, many);

    expect(full?.activities).toHaveLength(MOST_NAMES + 1);
    expect(full?.activities.at(-1)).toBe("*");
    expect(unseenNames(full, many)).toEqual([]);
    expect(unseenNames(full, day({ Another: 1 }))).toEqual([]);
  });
});
