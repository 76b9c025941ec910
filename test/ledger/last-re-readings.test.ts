import { describe, expect, it } from "vitest";
import type { DayRecord } from "../../src/ledger/day-index.js";
import { lastReReadings } from "../../src/ledger/last-re-readings.js";
import { DAY_MS } from "../../src/model/utc-day.js";
import type { UtcDay } from "../../src/model/utc-day.js";

const NOW_MS = Date.parse("2026-11-22T12:00:00Z");
const [first, second] = ["2026-11-01" as UtcDay, "2026-11-02" as UtcDay];

function record(day: UtcDay, readingsAt: readonly number[], sealedAt: readonly number[]): DayRecord {
  const revisions = sealedAt.map((at, index) => ({
    revision: index + 1,
    manifestSha256: String(index),
    sealedAt: at,
  }));
  return { day, revisions, readingsAt, deliveries: new Map(), failures: new Map() };
}

describe("what the last re-readings found", () => {
  it("counts those of a week: unchanged, changed, and shrunk", () => {
    const [long, lately] = [NOW_MS - 20 * DAY_MS, NOW_MS - DAY_MS];
    const days = new Map([
      [
        first,
        {
          ...record(first, [long, lately - 1, lately], [long, lately]),
          shrank: { revision: 1, missing: 2, at: lately },
        },
      ],
      [second, record(second, [long, long + 1], [long])],
    ]);

    expect(lastReReadings([first, second], { days }, NOW_MS)).toEqual({
      unchanged: 1,
      changed: [{ day: first, revision: 2 }],
      shrank: [{ day: first, missing: 2 }],
    });
  });

  it("takes no first reading for one", () => {
    const days = new Map([[first, record(first, [NOW_MS], [NOW_MS])]]);

    expect(lastReReadings([first, second], { days }, NOW_MS)).toEqual({
      unchanged: 0,
      changed: [],
      shrank: [],
    });
  });
});
