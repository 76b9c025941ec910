import { describe, expect, it } from "vitest";
import { DAY_MS, HOUR_MS, addDays, utcDayOf } from "../../src/model/utc-day.js";
import type { UtcDay } from "../../src/model/utc-day.js";
import { RESTLESS_SCENARIO } from "../../packages/simulator/index.js";
import { ledgerOf, manifestOf, recordLinesOf, revisionsIn, servedLines } from "../support/e2e-archived.js";
import { e2eRig } from "../support/e2e-rig.js";

const day = (text: string): UtcDay => text as UtcDay;

// On a busy machine a pass of a week takes its time.
describe("a tenant archived day after day", { timeout: 90_000 }, () => {
  it("ends with every late event, each once, and nothing else", async () => {
    const rig = await e2eRig({
      horizon: "5d",
      readAfter: ["26h", "3d"],
      scenario: {
        ...RESTLESS_SCENARIO,
        eventsPerDay: 80,
        lateShare: 0.2,
        latestLateDays: 4,
        requestsPerHour: 1_000_000,
      },
    });
    const lastRead = new Map<UtcDay, number>();
    for (let pass = 0; pass < 4; pass += 1) {
      expect((await rig.run("archive")).exit).toBe(0);
      for (const entry of ledgerOf(rig.vault)) {
        if (entry.type === "day-sealed" || entry.type === "day-rechecked")
          lastRead.set(entry.day, Date.parse(entry.time));
      }
      rig.clock.advance(DAY_MS);
    }

    const revisions = revisionsIn(rig.vault);
    expect(Math.max(...revisions.values())).toBeGreaterThanOrEqual(2);
    for (const [one, revision] of revisions) {
      const held = recordLinesOf(rig.vault, one, revision);
      const served = servedLines(rig.simulator, one, lastRead.get(one) ?? 0);
      expect(held.toSorted()).toEqual(served.toSorted());
    }
    expect((await rig.run("verify", "--level", "deep")).exit).toBe(0);
    // The clock has gone on by a day: what is due for an hour is an alarm until it is archived.
    expect((await rig.run("status")).exit).toBe(67);
    await rig.run("archive");
    expect((await rig.run("status")).exit).toBe(0);
  });

  it("finds a gap in the middle and fills it, and leaves its neighbours alone", async () => {
    const rig = await e2eRig({ horizon: "6d" });
    await rig.run("archive", "--day", "2026-11-18");
    await rig.run("archive", "--from", "2026-11-20", "--to", "2026-11-22");
    const status = await rig.json("status");
    expect(status.exit).toBe(67);
    expect(status.value).toMatchObject({
      tenants: [{ gaps: [{ day: "2026-11-17" }, { day: "2026-11-19" }] }],
    });

    const filled = await rig.json("archive");

    expect(filled).toMatchObject({
      exit: 0,
      value: { tenants: [{ days: [{ day: "2026-11-17" }, { day: "2026-11-19", kind: "sealed" }] }] },
    });
    expect(manifestOf(rig.vault, day("2026-11-19"), 1).reason).toBe("gap");
    expect([...revisionsIn(rig.vault).values()]).toEqual([1, 1, 1, 1]);
  });

  it("reads a day again when asked, and says that nothing changed", async () => {
    const rig = await e2eRig();
    await rig.run("archive");
    const requests = rig.simulator.requests.length;
    rig.clock.advance(60_000);

    const again = await rig.run("archive", "--reread", "--day", "2026-11-20");

    expect(again).toMatchObject({ exit: 0, out: "contoso: 1 day unchanged\n" });
    expect(rig.simulator.requests.length).toBe(requests + 24);
    expect(ledgerOf(rig.vault).at(-1)).toMatchObject({ type: "day-rechecked", day: "2026-11-20" });
  });

  it("fills all days of an outage as long as the horizon, the day nearest to its end first (fault 40)", async () => {
    const rig = await e2eRig({ horizon: "9d", scenario: { eventsPerDay: 8 } });
    await rig.run("archive");
    const before = revisionsIn(rig.vault).size;
    rig.clock.advance(8 * DAY_MS - 13 * HOUR_MS);

    const recovered = await rig.json("archive");

    const oldest = addDays(utcDayOf(rig.clock.now()), -8);
    const order = ledgerOf(rig.vault).flatMap((entry) => (entry.type === "day-sealed" ? [entry.day] : []));
    expect(recovered).toMatchObject({ exit: 0, value: { tenants: [{ lost: [] }] } });
    expect(order.slice(before)).toEqual(Array.from({ length: 7 }, (_, n) => addDays(oldest, n)));
    expect((await rig.run("verify")).exit).toBe(0);
    expect((await rig.run("status")).exit).toBe(0);
  });
});
