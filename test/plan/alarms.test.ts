import { describe, expect, it } from "vitest";
import { DAY_MS, HOUR_MS, addDays, dayEndMs, eachDay, parseUtcDay } from "../../src/model/utc-day.js";
import type { UtcDay } from "../../src/model/utc-day.js";
import { alarmMs, dayAlarms } from "../../src/plan/alarms.js";
import type { DayAlarms } from "../../src/plan/alarms.js";
import type { DayFacts } from "../../src/plan/day-state.js";
import type { RequestOutlook } from "../../src/plan/backlog.js";
import { planDays } from "../../src/plan/plan-days.js";
import type { PlanInput } from "../../src/plan/plan-days.js";

const rules = { horizonDays: 28, readAfterMs: [26 * HOUR_MS, 21 * DAY_MS] };
const slow = (nowMs: number): RequestOutlook => ({
  left: 0,
  nextMs: nowMs + HOUR_MS,
  requestsPerHour: 1,
  requestsPerDay: 24,
});
const plenty = { left: 200, nextMs: 0, requestsPerHour: 200, requestsPerDay: 24 };
const newest = day("2026-03-12");

function day(text: string): UtcDay {
  const parsed = parseUtcDay(text);
  if (parsed === undefined) throw new TypeError(text);
  return parsed;
}

/** An archive that has read every day of the horizon up to and including `last`. */
function inputReadTo(last: UtcDay, nowMs: number): PlanInput {
  const first = day("2026-01-20");
  const days = new Map<UtcDay, DayFacts>(
    eachDay(first, last).map((one) => [one, { readingsAt: [dayEndMs(one) + 27 * HOUR_MS] }]),
  );
  return { days, rules, nowMs, createdMs: dayEndMs(first) };
}

function alarmsFor(input: PlanInput, outlook: RequestOutlook): DayAlarms {
  return dayAlarms(planDays(input).tasks, input, outlook);
}

describe("dayAlarms", () => {
  it("raises no alarm for a day that has been due for less than an hour", () => {
    const dueMs = dayEndMs(newest) + 26 * HOUR_MS;

    const alarms = alarmsFor(inputReadTo(addDays(newest, -1), dueMs + HOUR_MS - 1), plenty);

    expect(alarms.overdue).toEqual([]);
  });

  it("raises one an hour after the day was due", () => {
    const dueMs = dayEndMs(newest) + 26 * HOUR_MS;

    const { overdue } = alarmsFor(inputReadTo(addDays(newest, -1), dueMs + HOUR_MS), plenty);

    expect(overdue.map((one) => one.day)).toEqual([newest]);
    expect(overdue[0]).toMatchObject({ dueMs, deadlineMs: dayEndMs(newest) + 27 * DAY_MS });
  });

  it("names the nearest deadline first", () => {
    const nowMs = dayEndMs(newest) + 28 * HOUR_MS;

    const { overdue } = alarmsFor(inputReadTo(addDays(newest, -3), nowMs), plenty);

    expect(overdue.map((one) => one.day)).toEqual([addDays(newest, -2), addDays(newest, -1), newest]);
  });

  it("says nothing of re-readings", () => {
    const nowMs = dayEndMs(newest) + 28 * HOUR_MS;

    expect(alarmsFor(inputReadTo(newest, nowMs), plenty)).toEqual({ overdue: [], beyondSaving: [] });
  });

  it("gives a new archive an hour for what was due before it", () => {
    const nowMs = Date.parse("2026-03-15T09:00:00Z");
    const fresh = (ageMs: number): PlanInput => ({ days: new Map(), rules, nowMs, createdMs: nowMs - ageMs });

    expect(alarmsFor(fresh(HOUR_MS - 1), plenty).overdue).toEqual([]);
    expect(alarmsFor(fresh(HOUR_MS), plenty).overdue).toHaveLength(26);
  });

  it("knows a day that the budget cannot save before it is lost", () => {
    // The first of 26 days has its deadline in 15 hours, the second a day later: 2 requests an hour save neither of them.
    const nowMs = Date.parse("2026-03-15T09:00:00Z");
    const input = { days: new Map(), rules, nowMs, createdMs: nowMs };

    const { beyondSaving } = alarmsFor(input, slow(nowMs));

    expect(beyondSaving[0]?.day).toBe("2026-02-16");
    expect(beyondSaving[0]?.doneMs).toBe(nowMs + DAY_MS);
    expect(beyondSaving.map((one) => one.day)).not.toContain("2026-02-17");
  });

  it("lets a day that is beyond saving take nothing from the others", () => {
    const nowMs = Date.parse("2026-03-15T09:00:00Z");
    const input = { days: new Map(), rules, nowMs, createdMs: nowMs };

    const { beyondSaving } = alarmsFor(input, slow(nowMs));

    // One request an hour is 24 a day: exactly what the days that follow each other need.
    expect(beyondSaving).toHaveLength(1);
  });
});

describe("alarmMs", () => {
  it("comes 7 days before the horizon where an hour after the due time would be later", () => {
    const deadlineMs = 28 * DAY_MS;

    expect(alarmMs({ dueMs: 21 * DAY_MS - 60_000, deadlineMs })).toBe(21 * DAY_MS);
    expect(alarmMs({ dueMs: 3 * DAY_MS, deadlineMs })).toBe(3 * DAY_MS + HOUR_MS);
  });
});
