import { describe, expect, it } from "vitest";
import { renderCalendar } from "../../src/audit/calendar.js";
import { coverDays, coverageExit, monthsOf } from "../../src/audit/coverage.js";
import type { DayState } from "../../src/model/day-state.js";
import { day } from "../support/archive-fixture.js";

const november = { from: day("2026-11-01"), to: day("2026-11-30") };
const nothing = () => undefined;
const emptyMonday = (of: string) =>
  of === "2026-11-16" ? { revision: 1, oddities: ["DAY_EMPTY"] } : undefined;

describe("coverDays", () => {
  it("counts every state of the range", () => {
    const coverage = coverDays(november, (of) => (of < "2026-11-11" ? "closed" : "open"), nothing);

    expect(coverage.days).toHaveLength(30);
    expect(coverage.counts).toMatchObject({ closed: 10, open: 20, lost: 0 });
  });

  it.each<[DayState, number]>([
    ["before", 0],
    ["open", 0],
    ["sealed", 0],
    ["closed", 0],
    ["due", 67],
    ["gap", 67],
    ["lost", 67],
  ])("exits as the table says when one day is %s: %i", (state, exit) => {
    const coverage = coverDays(november, (of) => (of === "2026-11-07" ? state : "closed"), nothing);

    expect(coverageExit(coverage)).toBe(exit);
  });

  it("exits with 66 where the archive had not begun", () => {
    expect(coverageExit(coverDays(november, () => "before", nothing))).toBe(66);
  });

  it("exits with 66 for an empty range", () => {
    const range = { from: day("2026-11-02"), to: day("2026-11-01") };

    expect(coverageExit(coverDays(range, () => "closed", nothing))).toBe(66);
  });
});

describe("monthsOf", () => {
  it("puts days under their weekday and starts each month anew", () => {
    const { days } = coverDays({ from: day("2026-10-31"), to: day("2026-11-02") }, () => "closed", nothing);

    const [october, next] = monthsOf(days);

    expect(october?.weeks).toEqual([
      [undefined, undefined, undefined, undefined, undefined, days[0], undefined],
    ]);
    expect(next?.weeks.map((week) => week.map((one) => one?.day.slice(8)))).toEqual([
      [undefined, undefined, undefined, undefined, undefined, undefined, "01"],
      ["02", undefined, undefined, undefined, undefined, undefined, undefined],
    ]);
  });
});

describe("renderCalendar", () => {
  it("draws weeks with a legend of the states that occur", () => {
    const range = { from: day("2026-10-31"), to: day("2026-11-03") };
    const states: Record<string, DayState> = { "2026-10-31": "lost", "2026-11-01": "gap" };

    const text = renderCalendar(
      coverDays(range, (of) => states[of] ?? "closed", nothing),
      { colour: false },
    );

    expect(text).toBe(
      [
        "         Mo Tu We Th Fr Sa Su",
        "2026-10                  ×",
        "2026-11                     !",
        "          ■  ■",
        "",
        "! 1 gap      missing, and can still be read",
        "■ 2 closed   archived; all re-readings done",
        "× 1 lost     lost: the source no longer served it",
        "",
      ].join("\n"),
    );
  });

  it("marks unusual days, and says what the mark means", () => {
    const range = { from: day("2026-11-16"), to: day("2026-11-18") };

    const lines = renderCalendar(
      coverDays(range, () => "closed", emptyMonday),
      { colour: false },
    ).split("\n");

    expect(lines[1]).toBe("2026-11   ■? ■  ■");
    expect(lines.at(-2)).toBe("? 1 unusual  archived, but not as such days normally are");
  });

  it("draws a line a month for a long range", () => {
    const range = { from: day("2026-01-30"), to: day("2026-12-31") };

    const lines = renderCalendar(
      coverDays(range, () => "closed", nothing),
      { colour: false },
    ).split("\n");

    expect(lines[1]).toBe(`2026-01  ${" ".repeat(29)}■■`);
    expect(lines[2]).toBe(`2026-02  ${"■".repeat(28)}`);
    expect(lines.some((line) => line.includes("?"))).toBe(false);
  });

  it("marks unusual days of a long range below their month", () => {
    const range = { from: day("2026-08-30"), to: day("2026-12-31") };

    const lines = renderCalendar(
      coverDays(range, () => "closed", emptyMonday),
      { colour: false },
    ).split("\n");

    expect(lines.slice(3, 7)).toEqual([
      `2026-10  ${"■".repeat(31)}`,
      `2026-11  ${"■".repeat(30)}`,
      `         ${" ".repeat(15)}?`,
      `2026-12  ${"■".repeat(31)}`,
    ]);
    expect(lines.at(-2)).toBe("?   1 unusual  archived, but not as such days normally are");
  });

  it("uses colour only when asked", () => {
    const coverage = coverDays(november, () => "closed", nothing);

    expect(renderCalendar(coverage, { colour: false })).not.toContain("\u001b");
    expect(renderCalendar(coverage, { colour: true })).toContain("\u001b[32m■\u001b[0m");
  });
});
