import { describe, expect, it } from "vitest";
import { addSeenNames, dayOfSubject, namesSubject } from "../../src/model/seen-names.js";

describe("the names that an archive has seen", () => {
  it("stand in an entry's subject with their numbers", () => {
    const subject = namesSubject("2026-11-20 r0001", {
      activities: [
        ["ExportReport", 3],
        ["ViewReport", 120],
      ],
      fields: [["*", 2]],
    });

    expect(subject).toBe("2026-11-20 r0001: activities ExportReport=3 ViewReport=120; fields *=2");
    expect(dayOfSubject(subject)).toBe("2026-11-20");
  });

  it("are read back from the entries, each once, in their order", () => {
    const baseline = { code: "NAMES_BASELINE", subject: "2026-11-20 r0001: activities B=3 A=1; fields Id=4" };
    const more = { code: "ACTIVITY_FIRST_SEEN", subject: "2026-11-21 r0002: activities C=1 A=9" };

    const seen = [baseline, more].reduce(addSeenNames, undefined);

    expect(seen).toEqual({ activities: ["B", "A", "C"], fields: ["Id"] });
  });

  it("are not touched by an incident of another code, or by what is no name", () => {
    const quiet = { code: "DAY_QUIET", subject: "2026-11-20: activities X=1" };
    const forged = { code: "FIELD_FIRST_SEEN", subject: "2026-11-20 r0001: fields a\u2028b=1 c.d=2 ok=3" };

    expect(addSeenNames(undefined, quiet)).toBeUndefined();
    expect(addSeenNames(undefined, forged)).toEqual({ activities: [], fields: ["ok"] });
  });
});
