import { afterEach, beforeEach, describe, expect, it } from "vitest";
import {
  addDays,
  dayEndMs,
  dayStartMs,
  eachDay,
  isoTime,
  parseUtcDay,
  utcDayOf,
} from "../../src/model/utc-day.js";
import type { UtcDay } from "../../src/model/utc-day.js";
import { windowsOf } from "../../src/model/window.js";

const day = (text: string): UtcDay => {
  const parsed = parseUtcDay(text);
  if (parsed === undefined) throw new Error(text);
  return parsed;
};

// Days on which a clock somewhere is set forward or back, or misses a day altogether, and the last leap second.
const ODD_DAYS = ["2026-03-29", "2026-10-25", "2026-03-08", "2011-12-30", "2016-12-31", "2024-02-29"].map(
  day,
);

describe.each(["UTC", "Europe/Berlin", "America/New_York", "Pacific/Apia", "Asia/Kathmandu"])(
  "a UTC day on a machine in %s",
  (zone) => {
    let before: string | undefined;

    beforeEach(() => {
      before = process.env["TZ"];
      process.env["TZ"] = zone;
    });

    afterEach(() => {
      if (before === undefined) delete process.env["TZ"];
      else process.env["TZ"] = before;
    });

    it.each(ODD_DAYS)("has 24 windows of one hour that touch without a hole: %s (fault 70)", (odd) => {
      const windows = windowsOf(odd);

      expect(windows.map(({ label }) => label)).toEqual(
        Array.from({ length: 24 }, (_, hour) => `T${String(hour).padStart(2, "0")}`),
      );
      expect(windows[0]?.start).toBe(`${odd}T00:00:00.000Z`);
      expect(windows.at(-1)?.end).toBe(`${odd}T23:59:59.999Z`);
      for (const [hour, { end }] of windows.slice(0, -1).entries()) {
        expect(isoTime(Date.parse(end) + 1)).toBe(windows[hour + 1]?.start);
      }
    });

    it("starts and ends at midnight in UTC and follows the day before it (fault 70)", () => {
      for (const odd of ODD_DAYS) {
        expect(dayEndMs(odd) - dayStartMs(odd)).toBe(86_400_000);
        expect([utcDayOf(dayStartMs(odd)), utcDayOf(dayEndMs(odd) - 1)]).toEqual([odd, odd]);
        expect(addDays(addDays(odd, 1), -1)).toBe(odd);
      }
    });
  },
);

it("counts every day of a leap year once", () => {
  const days = eachDay(day("2024-01-01"), day("2024-12-31"));

  expect(new Set(days).size).toBe(366);
  expect(days).toContain("2024-02-29");
});

it.each([
  "2026-02-29",
  "2026-02-30",
  "2026-13-01",
  "2026-00-10",
  "2026-1-1",
  "20261120",
  "2026-11-20T00",
  " 2026-11-20",
  "",
])("takes %j for no day", (text) => {
  expect(parseUtcDay(text)).toBeUndefined();
});
