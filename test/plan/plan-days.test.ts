import { describe, expect, it } from "vitest";
import { DAY_MS, HOUR_MS, dayEndMs, parseUtcDay } from "../../src/model/utc-day.js";
import type { UtcDay } from "../../src/model/utc-day.js";
import { dayState } from "../../src/plan/day-state.js";
import type { DayFacts } from "../../src/plan/day-state.js";
import { planDays, planOperatorReading } from "../../src/plan/plan-days.js";

const rules = { horizonDays: 28, readAfterMs: [26 * HOUR_MS, 3 * DAY_MS, 7 * DAY_MS, 21 * DAY_MS] };
const nowMs = Date.parse("2026-03-15T09:00:00Z");
const createdMs = nowMs;
const noDays = new Map<UtcDay, DayFacts>();

function day(text: string): UtcDay {
  const parsed = parseUtcDay(text);
  if (parsed === undefined) throw new Error(text);
  return parsed;
}

function readAt(...times: string[]): DayFacts {
  return { readingsAt: times.map((time) => Date.parse(time)) };
}

describe("planDays", () => {
  it("fills the whole horizon on the first run, oldest first", () => {
    const plan = planDays({ days: noDays, rules, nowMs, createdMs });

    expect(plan.tasks.map((task) => task.day)).toEqual(
      Array.from({ length: 26 }, (_, i) =>
        new Date(Date.parse("2026-02-16") + i * DAY_MS).toISOString().slice(0, 10),
      ),
    );
    expect(plan.newlyLost).toEqual([]);
  });

  it("gives a day that is due for longer than a day the reason gap", () => {
    const plan = planDays({ days: noDays, rules, nowMs, createdMs });

    expect(plan.tasks.at(-1)).toMatchObject({ day: "2026-03-13", reason: "scheduled" });
    expect(plan.tasks.at(-2)).toMatchObject({ day: "2026-03-12", reason: "gap" });
  });

  it("plans a gap behind the newest sealed day, before any re-reading", () => {
    const days = new Map(
      planDays({ days: noDays, rules, nowMs, createdMs }).tasks.map((task) => [
        task.day,
        readAt("2026-03-15T08:00:00Z"),
      ]),
    );
    days.delete(day("2026-03-02"));
    days.set(day("2026-02-20"), { readingsAt: [dayEndMs(day("2026-02-20")) + 26 * HOUR_MS] });

    const plan = planDays({ days, rules, nowMs, createdMs });

    expect(plan.tasks.map((task) => [task.day, task.reason])).toEqual([
      ["2026-03-02", "gap"],
      ["2026-02-20", "re-reading"],
    ]);
  });

  it("counts a late reading for every re-reading whose time had passed", () => {
    const days = new Map([[day("2026-03-05"), readAt("2026-03-15T08:59:00Z")]]);

    const plan = planDays({
      days,
      rules,
      nowMs,
      createdMs,
      range: { from: day("2026-03-05"), to: day("2026-03-05") },
    });

    expect(plan.tasks).toEqual([]);
    expect(dayState(day("2026-03-05"), days.get(day("2026-03-05")), rules, nowMs)).toBe("sealed");
  });

  it("names days that passed the horizon unread, but none from before the archive", () => {
    const plan = planDays({ days: noDays, rules, nowMs: nowMs + 3 * DAY_MS, createdMs });

    expect(plan.newlyLost).toEqual(["2026-02-16", "2026-02-17", "2026-02-18"]);
  });

  it("keeps a day in time until its first window passes the horizon", () => {
    const deadline = Date.parse("2026-02-16T00:00:00Z") + 28 * DAY_MS;

    expect(dayState(day("2026-02-16"), undefined, rules, deadline - 1)).toBe("gap");
    expect(dayState(day("2026-02-16"), undefined, rules, deadline)).toBe("lost");
  });

  it("closes a day when no re-reading is left or possible", () => {
    const early = day("2026-02-16");
    const facts = { readingsAt: [dayEndMs(early) + 26 * HOUR_MS] };

    expect(dayState(early, { readingsAt: [dayEndMs(early) + 21 * DAY_MS] }, rules, nowMs)).toBe("closed");
    expect(dayState(early, facts, rules, Date.parse("2026-03-16T00:00:00Z"))).toBe("closed");
  });

  it("limits the work to the range asked for", () => {
    const range = { from: day("2026-03-01"), to: day("2026-03-02") };

    expect(planDays({ days: noDays, rules, nowMs, createdMs, range }).tasks).toHaveLength(2);
  });

  it("reads sealed days again when an operator asks, but never an open one", () => {
    const range = { from: day("2026-03-13"), to: day("2026-03-15") };

    const tasks = planOperatorReading({
      days: new Map([[day("2026-03-13"), readAt("2026-03-15T08:00:00Z")]]),
      rules,
      nowMs,
      createdMs,
      range,
    });

    expect(tasks.map((task) => [task.day, task.reason])).toEqual([["2026-03-13", "operator"]]);
  });
});
