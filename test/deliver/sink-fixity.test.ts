import { describe, expect, it } from "vitest";
import { fixityDue } from "../../src/deliver/sink-fixity.js";
import type { DayIndex, DayRecord } from "../../src/ledger/day-index.js";
import { DAY_MS, addDays } from "../../src/model/utc-day.js";
import type { UtcDay } from "../../src/model/utc-day.js";
import { indexOfDays } from "../support/indexed.js";

const NOW_MS = Date.parse("2026-11-22T12:00:00Z");
const WEEK_MS = 7 * DAY_MS;

/** So many days, each with one revision that vault has confirmed. */
function indexOf(number: number, more: Partial<DayRecord> = {}): DayIndex {
  const records = Array.from({ length: number }, (_, at): DayRecord => {
    const day = addDays("2024-01-01" as UtcDay, at);
    return {
      day,
      revisions: [{ revision: 1, manifestSha256: String(at), sealedAt: 0 }],
      readingsAt: [0],
      deliveries: new Map([["vault", { revision: 1, manifestSha256: String(at), records: 1, at: 0 }]]),
      failures: new Map(),
      ...more,
    };
  });
  return indexOfDays(new Map(records.map((record) => [record.day, record])));
}

const clean = (atMs: number): Parameters<typeof fixityDue>[2] => ({ atMs, days: 7, findings: 0 });

describe("what of a sink is to be read back", () => {
  it("is due at once, then each week, whatever the clock did", () => {
    const index = indexOf(30);
    const number = (last: Parameters<typeof fixityDue>[2]): number =>
      fixityDue("vault", index, last, NOW_MS).length;

    expect(number(undefined)).toBe(15);
    expect(number(clean(NOW_MS - WEEK_MS + 1))).toBe(0);
    expect(number(clean(NOW_MS - WEEK_MS))).toBe(15);
    expect(number(clean(NOW_MS + 400 * DAY_MS))).toBe(15);
  });

  it("is every package within half a year", () => {
    const index = indexOf(1_000);

    const seen = new Set<UtcDay>();
    for (let look = 0; look < 26; look++)
      for (const { day } of fixityDue("vault", index, undefined, NOW_MS + look * WEEK_MS)) seen.add(day);

    expect(seen.size).toBe(1_000);
    expect(fixityDue("vault", index, undefined, NOW_MS)).toHaveLength(38);
  });

  it("leaves no day out for longer than that while the archive grows, and makes up for weeks that were missed", () => {
    const lastSeen = new Map<UtcDay, number>();
    let last = clean(NOW_MS);
    for (let look = 1; look <= 260; look++) {
      if (look % 10 === 0) continue;
      const atMs = NOW_MS + look * WEEK_MS;
      for (const { day } of fixityDue("vault", indexOf(400 + 7 * look), last, atMs)) {
        expect(look - (lastSeen.get(day) ?? look)).toBeLessThanOrEqual(27);
        lastSeen.set(day, look);
      }
      last = clean(atMs);
    }
    expect([...lastSeen.values()].filter((look) => look < 260 - 27)).toEqual([]);
    expect(lastSeen.size).toBeGreaterThan(2_000);
  });

  it("is everything, each day, while the last look found something", () => {
    const index = indexOf(1_000);
    const found = (atMs: number): number =>
      fixityDue("vault", index, { atMs, days: 39, findings: 1 }, NOW_MS).length;

    expect([found(NOW_MS - DAY_MS + 1), found(NOW_MS - DAY_MS)]).toEqual([0, 1_000]);
  });

  it("is nothing that the sink has not confirmed", () => {
    expect(fixityDue("lake", indexOf(3), undefined, NOW_MS)).toEqual([]);
  });
});
