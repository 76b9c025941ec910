import { existsSync, mkdirSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { describe, expect, it } from "vitest";
import { DAY_MS } from "../../src/model/utc-day.js";
import type { UtcDay } from "../../src/model/utc-day.js";
import { approvedPlan, pass } from "./approved-plan.js";
import { isLocked, placesOf } from "./model/places.js";
import type { World } from "./model/world.js";

const DAY = "2026-11-12" as UtcDay;
const RUN = { act: "dispose-run", plan: "P0001" } as const;
const CLEO = [{ as: "cleo", with: "cleo" }] as const;
const HOLD = { act: "hold-place", from: null, to: null, future: true, matter: "M", reason: "r" } as const;

/** An approved plan that was run: the bucket keeps the first day under a lock of its own until this day. */
async function keptByLock(until: UtcDay): Promise<World> {
  const world = await approvedPlan();
  for (const [key, object] of world.buckets.worm.objects)
    if (key.includes("days/2026/11/12/")) object.retainUntil = until;
  await world.ask(RUN);
  return world;
}

describe("a day whose destruction a lock interrupts", () => {
  it("waits for the end of the lock, and goes then, with the approvals that it has", async () => {
    const world = await keptByLock("2029-01-01" as UtcDay);
    const waits = await world.ask(RUN);
    pass(world, 400 * DAY_MS);
    await world.start();

    const gone = await world.ask(RUN);

    expect(waits).toMatchObject({
      plan: { state: "waiting" },
      days: [{ day: DAY, outcome: "kept", reason: "locked worm 2029-01-01" }],
    });
    expect(gone).toMatchObject({ plan: { state: "finished" }, days: [{ day: DAY, outcome: "destroyed" }] });
    expect(placesOf(world, DAY)).toEqual([]);
    expect(await world.verify("worm", "deep")).toEqual([]);
  });

  it("is held in the copy that is left, and stays under the hold when the lock has ended", async () => {
    const world = await keptByLock("2029-01-01" as UtcDay);

    const placed = await world.ask(HOLD, CLEO);
    pass(world, 400 * DAY_MS);
    const held = await world.ask(RUN);
    const isHeldByStore = isLocked(world, DAY);
    await world.ask({ act: "hold-release", hold: "H0001", reason: "closed" }, CLEO);
    const gone = await world.ask(RUN);

    expect(placed).toMatchObject({ reached: [{ sink: "worm", outcome: "set" }, { sink: "plain" }] });
    expect(held).toMatchObject({ days: [{ day: DAY, outcome: "kept", reason: "held H0001" }] });
    expect(isHeldByStore).toBe(true);
    expect(gone).toMatchObject({ plan: { state: "finished" }, days: [{ day: DAY, outcome: "destroyed" }] });
    expect(await world.verify("worm", "deep")).toEqual([]);
  });
});

describe("what a disposal noted of a day", () => {
  it("is removed by the next start when the process died after the last tombstone", async () => {
    const world = await approvedPlan();
    await world.ask(RUN);
    const note = join(world.root, "disposing", `${DAY}.json`);
    expect(existsSync(note)).toBe(false);
    mkdirSync(join(world.root, "disposing"), { recursive: true });
    writeFileSync(note, "{}");

    await world.start();

    expect(existsSync(note)).toBe(false);
    expect(world.archive.recovered).toEqual([`removed disposing/${DAY}.json`]);
  });
});
