import { describe, expect, it } from "vitest";
import { backlogOf } from "../../src/plan/backlog.js";
import { HOUR_MS } from "../../src/model/utc-day.js";
import type { UtcDay } from "../../src/model/utc-day.js";

const NOW_MS = Date.parse("2026-11-22T12:00:00Z");
const task = { day: "2026-11-20" as UtcDay, reason: "gap", deadlineMs: 0 } as const;
const full = { left: 200, nextMs: 0, requestsPerHour: 200, requestsPerDay: 24 };

describe("the backlog", () => {
  it("is nothing when nothing is to be read", () => {
    expect(backlogOf([], NOW_MS, full)).toEqual({ days: 0, requests: 0, doneMs: undefined });
  });

  it("is done now as far as requests are left, then at the hour's pace", () => {
    const days = (number: number): number | undefined =>
      backlogOf(
        Array.from({ length: number }, () => task),
        NOW_MS,
        full,
      ).doneMs;

    expect(days(8)).toBe(NOW_MS);
    expect(days(28)).toBe(NOW_MS + (472 / 200) * HOUR_MS);
  });

  it("waits for the next request where none is left, though the source alone says so", () => {
    const blocked = { ...full, left: 0, nextMs: NOW_MS + HOUR_MS };

    expect(backlogOf([task], NOW_MS, blocked).doneMs).toBe(NOW_MS + HOUR_MS);
  });

  it("counts the requests that a day really takes", () => {
    const busy = { ...full, requestsPerDay: 100 };

    expect(backlogOf([task, task, task], NOW_MS, busy)).toMatchObject({
      requests: 300,
      doneMs: NOW_MS + HOUR_MS / 2,
    });
  });
});
