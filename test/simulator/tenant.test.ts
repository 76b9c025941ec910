import { describe, expect, it } from "vitest";
import type { UtcDay } from "../../src/model/utc-day.js";
import { CALM_SCENARIO, RESTLESS_SCENARIO } from "../../packages/simulator/index.js";
import type { Scenario } from "../../packages/simulator/index.js";
import { Tenant } from "../../packages/simulator/tenant.js";
import { Truth } from "../../packages/simulator/truth.js";

const DAY = "2026-11-18" as UtcDay; // a Wednesday
const MUCH_LATER = Date.parse("2027-06-01T00:00:00Z");

function truthOf(changes: Partial<Scenario>): Truth {
  return new Truth(new Tenant({ ...CALM_SCENARIO, ...changes }));
}

function textsOf(truth: Truth, atMs = MUCH_LATER): readonly string[] {
  return Array.from(truth.eventsOf(DAY, atMs), (bytes) => Buffer.from(bytes).toString());
}

describe("Tenant", () => {
  it("makes the same bytes from the same seed", () => {
    expect(textsOf(truthOf({ eventsPerDay: 500 }))).toEqual(textsOf(truthOf({ eventsPerDay: 500 })));
  });

  it("makes other bytes from another seed", () => {
    const common = new Set(textsOf(truthOf({ eventsPerDay: 500 })));

    expect(textsOf(truthOf({ eventsPerDay: 500, seed: 2 })).filter((text) => common.has(text))).toEqual([]);
  });

  it("has exactly as many events on a weekday as asked for, and no text twice", () => {
    const texts = textsOf(truthOf({ eventsPerDay: 20_000 }));

    expect([texts.length, new Set(texts).size]).toEqual([20_000, 20_000]);
  });

  it("gives every event an Id of its own", () => {
    const ids = textsOf(truthOf({ eventsPerDay: 20_000 })).map((text) => idOf(text));

    expect(new Set(ids).size).toBe(20_000);
    expect(ids.every((id) => /^[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}$/.test(id ?? ""))).toBe(true);
  });

  it("makes valid JSON of about 1.1 KB, in at least 40 activities and 60 fields", () => {
    const texts = textsOf(truthOf({ eventsPerDay: 5_000 }));
    const events = texts.map((text) => JSON.parse(text) as Record<string, unknown>);

    const meanBytes = Buffer.byteLength(texts.join("")) / texts.length;
    expect(meanBytes).toBeGreaterThan(950);
    expect(meanBytes).toBeLessThan(1_300);
    expect(new Set(events.map((event) => event["Activity"])).size).toBeGreaterThanOrEqual(40);
    expect(new Set(events.flatMap((event) => Object.keys(event))).size).toBeGreaterThanOrEqual(60);
  });

  it("spells some events as only their source text can tell", () => {
    const all = textsOf(truthOf({ eventsPerDay: 5_000 })).join("\n");

    expect(all).toMatch(/\\u00[0-9a-f]{2}/);
    expect(all).toContain("\\/");
    expect(all).toContain(":9007199254740993");
    expect(all).toMatch(/"WorkSpaceName":.*"WorkSpaceName":/);
    expect(all).toContain("田中");
  });

  it("writes CreationTime in its three forms, all within the event's hour", () => {
    const times = textsOf(truthOf({ eventsPerDay: 5_000 })).map((text) => timeOf(text));

    expect(new Set(times.map((time) => time.length))).toEqual(new Set([19, 20, 24]));
    expect(times.every((time) => time.startsWith(DAY) && !Number.isNaN(Date.parse(time)))).toBe(true);
  });

  it("delivers events a little out of order of time", () => {
    const times = textsOf(truthOf({ eventsPerDay: 5_000 })).map((text) => timeOf(text).slice(0, 19));

    expect(times).not.toEqual(times.toSorted());
  });

  it("names the tenant in every event that has an OrganizationId, and leaves it out of a few", () => {
    const events = textsOf(truthOf({ eventsPerDay: 5_000 })).map(
      (text) => JSON.parse(text) as Record<string, unknown>,
    );

    expect(new Set(events.map((event) => event["OrganizationId"]))).toEqual(
      new Set([CALM_SCENARIO.tenantId, undefined]),
    );
  });

  it("has hours without any event on a small day and none on a large one", () => {
    expect(hoursOf(200)).toBeLessThan(22);
    expect(hoursOf(20_000)).toBe(24);
  });

  it("has a quarter of the events at a weekend and none on an empty day", () => {
    const truth = truthOf({ eventsPerDay: 1_000, emptyDays: [DAY] });

    expect(truth.countsOf("2026-11-21" as UtcDay, MUCH_LATER).delivered).toBe(250);
    expect(truth.countsOf(DAY, MUCH_LATER).delivered).toBe(0);
  });

  it("shows an event ten minutes after it happened", () => {
    const texts = textsOf(truthOf({ eventsPerDay: 5_000 }), Date.parse(`${DAY}T12:00:00Z`));

    const newest =
      texts
        .map((text) => timeOf(text).slice(0, 19))
        .toSorted()
        .at(-1) ?? "";
    expect(newest <= `${DAY}T11:50:00`).toBe(true);
    expect(newest > `${DAY}T11:48:00`).toBe(true);
  });

  it("shows late events only after their time, the last within latestLateDays", () => {
    const truth = truthOf({ eventsPerDay: 10_000, lateShare: 0.05, latestLateDays: 20 });
    const seen = [1, 3, 7, 21].map(
      (days) => truth.countsOf(DAY, Date.parse(`${DAY}T23:59:59Z`) + days * 86_400_000).delivered,
    );

    expect(seen[0]).toBeLessThan(seen[1] ?? 0);
    expect(seen[1]).toBeLessThan(seen[2] ?? 0);
    expect(seen[2]).toBeLessThan(seen[3] ?? 0);
    expect(seen[3]).toBe(10_000);
  });

  it("empties fields from a day on, and leaves all else as it was", () => {
    const names = ["UserAgent", "WorkSpaceName", "RequestId"];
    const usual = textsOf(truthOf({ eventsPerDay: 500 }));
    const before = textsOf(
      truthOf({ eventsPerDay: 500, emptiedFields: { from: "2026-11-19" as UtcDay, names } }),
    );
    const emptied = textsOf(truthOf({ eventsPerDay: 500, emptiedFields: { from: DAY, names } }));

    expect(before).toEqual(usual);
    expect(emptied.map((text) => JSON.parse(text) as object)).toEqual(
      usual.map((text) => {
        const event = JSON.parse(text) as Record<string, unknown>;
        // What tells one event from another stays.
        return { ...event, WorkSpaceName: null, ...("UserAgent" in event ? { UserAgent: null } : {}) };
      }),
    );
  });

  it("has an activity more from a day on, in its share of the events", () => {
    const added = { name: "ExportToTheMoon", share: 0.2, fields: { MoonPhase: "waxing" } };
    const usual = textsOf(truthOf({ eventsPerDay: 2_000 }));
    const changed = textsOf(truthOf({ eventsPerDay: 2_000, newActivity: { from: DAY, ...added } }));
    const fresh = changed.filter((text) => text.includes(`"Activity":"ExportToTheMoon"`));

    expect(changed).toHaveLength(2_000);
    expect(fresh.length).toBeGreaterThan(300);
    expect(fresh.length).toBeLessThan(500);
    expect(fresh.every((text) => text.includes(`"MoonPhase":"waxing"`))).toBe(true);
    expect(changed.filter((text) => !fresh.includes(text) && !usual.includes(text))).toEqual([]);
  });

  it("keeps what was visible in its place when late events arrive", () => {
    const tenant = new Tenant({ ...RESTLESS_SCENARIO, eventsPerDay: 3_000, lateShare: 0.05 });
    const atMs = Date.parse("2026-11-20T00:00:00Z");
    const before = tenant.visibleIn(DAY, 9, atMs);
    const after = tenant.visibleIn(DAY, 9, MUCH_LATER);

    expect(before.length).toBeLessThan(after.length);
    expect(after.slice(0, before.length)).toEqual(before);
  });

  it("counts duplicates, conflicts and missing Ids as they stand in the texts", () => {
    const truth = truthOf({
      eventsPerDay: 5_000,
      duplicateShare: 0.02,
      conflictShare: 0.01,
      missingIdShare: 0.01,
    });
    const counts = truth.countsOf(DAY, MUCH_LATER);
    const texts = textsOf(truth);
    const distinct = new Set(texts);
    const ids = Map.groupBy([...distinct], (text) => idOf(text));

    expect(counts).toEqual({
      delivered: texts.length,
      distinct: distinct.size,
      exactDuplicates: texts.length - distinct.size,
      conflictingIds: [...ids].filter(([id, same]) => id !== undefined && same.length > 1).length,
      missingIds: ids.get(undefined)?.length,
    });
    expect(counts.exactDuplicates).toBeGreaterThan(50);
    expect(counts.conflictingIds).toBeGreaterThan(20);
    expect(counts.missingIds).toBeGreaterThan(20);
  });

  it("gives each distinct event once, where it first stands", () => {
    const truth = truthOf({ eventsPerDay: 2_000, duplicateShare: 0.05 });

    const distinct = Array.from(truth.distinctEventsOf(DAY, MUCH_LATER), (bytes) =>
      Buffer.from(bytes).toString(),
    );
    expect(distinct).toEqual([...new Set(textsOf(truth))]);
  });

  it("delivers some duplicates in the hour after the event's own", () => {
    const tenant = new Tenant({ ...CALM_SCENARIO, duplicateShare: 0.1 });

    const strays = tenant.visibleIn(DAY, 10, MUCH_LATER).filter((delivery) => delivery.hour === 9);
    expect(strays.length).toBeGreaterThan(0);
  });
});

function idOf(text: string): string | undefined {
  return (JSON.parse(text) as { readonly Id?: string }).Id;
}

function timeOf(text: string): string {
  return (JSON.parse(text) as { readonly CreationTime: string }).CreationTime;
}

function hoursOf(eventsPerDay: number): number {
  return new Set(textsOf(truthOf({ eventsPerDay })).map((text) => timeOf(text).slice(11, 13))).size;
}
