import { readFileSync } from "node:fs";
import { join } from "node:path";
import { describe, expect, it } from "vitest";
import { packagePath } from "../../src/model/manifest.js";
import { DAY_MS, HOUR_MS, isoTime } from "../../src/model/utc-day.js";
import type { UtcDay } from "../../src/model/utc-day.js";
import { approve, approvedPlan, pass, twoDays } from "./approved-plan.js";
import { eventsOf, keepOf } from "./model/command.js";
import { placesOf } from "./model/places.js";
import type { World } from "./model/world.js";

const [FIRST, SECOND] = ["2026-11-12", "2026-11-13"] as [UtcDay, UtcDay];
const RUN = { act: "dispose-run", plan: "P0001" } as const;

/** Where the events of both days are. */
function places(world: World): readonly string[] {
  return [FIRST, SECOND].flatMap((day) => placesOf(world, day));
}

describe("disposal and clocks", () => {
  it("destroys nothing when this machine's clock alone has jumped ahead by 500 days (fault 67)", async () => {
    const world = await twoDays();
    const before = places(world);
    world.ownMs += 500 * DAY_MS;
    await approve(world);

    const ahead = world.ask(RUN);

    await expect(ahead).rejects.toMatchObject({
      code: "CLOCKS_DISAGREE",
      message: expect.stringContaining(
        "the source: found 2026-11-22T12:00:00.000Z, expected at most an hour",
      ),
    });
    world.ownMs = world.otherMs;
    expect(await world.ask(RUN)).toMatchObject({
      days: [
        { day: FIRST, outcome: "kept", reason: "not-due 2027-01-12" },
        { day: SECOND, outcome: "kept", reason: "not-due 2027-01-13" },
      ],
    });
    expect(places(world)).toEqual(before);
  });

  it("destroys nothing and uses no number twice when the clock has jumped back (fault 68)", async () => {
    const world = await approvedPlan();
    const before = places(world);
    pass(world, -900 * DAY_MS);

    const run = await world.ask(RUN);
    const again = await world.ask({ act: "dispose-plan", until: world.today() });

    expect(run).toMatchObject({ days: [{ reason: "not-due 2027-01-12" }, { reason: "not-due 2027-01-13" }] });
    expect(again).toEqual({ kind: "plan", plan: null });
    expect(places(world)).toEqual(before);
    const { size } = world.archive.ledger;
    expect(world.entriesFrom(0).map(({ seq }) => seq)).toEqual(Array.from({ length: size }, (_, seq) => seq));
    expect(await world.verify("worm")).toEqual([expect.stringMatching(/^notice CLOCK_BACKWARDS /)]);
  });

  it("seals days and destroys none before a second clock has confirmed this machine's (fault 69)", async () => {
    const world = await approvedPlan();
    const before = places(world);
    world.isOtherSilent = true;
    const silent = world.ask(RUN);
    await expect(silent).rejects.toMatchObject({
      code: "CLOCKS_DISAGREE",
      message: expect.stringContaining("the source: found no answer"),
    });
    world.isOtherSilent = false;
    world.ownMs += 2 * HOUR_MS;

    await expect(world.ask(RUN)).rejects.toMatchObject({ code: "CLOCKS_DISAGREE" });

    expect(places(world)).toEqual(before);
    const third = "2026-11-14" as UtcDay;
    expect(await world.seal(third, eventsOf(third, 4))).toBe(true);
  });

  it("bears a difference of less than an hour, and says it in the tombstone (fault 71)", async () => {
    const world = await approvedPlan();
    world.ownMs += 50 * 60_000;

    await world.ask(RUN);

    const path = join(world.root, packagePath(FIRST, 1), "tombstone.json");
    const { clocks } = JSON.parse(readFileSync(path, "utf8")) as { readonly clocks: unknown };
    expect(clocks).toEqual([
      { name: "own", time: isoTime(world.ownMs) },
      { name: "the source", time: isoTime(world.otherMs) },
    ]);
  });
});

describe("a sink that fails while a day is destroyed", () => {
  it("leaves the day without a tombstone until it answers (fault 80)", async () => {
    const world = await approvedPlan();
    world.buckets.plain.isDown = true;

    const run = await world.ask(RUN);

    const reason = "unreachable plain: SINK_UNAVAILABLE";
    expect(run).toMatchObject({ plan: { state: "waiting" }, days: [{ reason }, { reason }] });
    expect(world.index.days.get(FIRST)).toMatchObject({ disposing: { plan: "P0001" } });
    expect(world.index.days.get(FIRST)?.disposed).toBeUndefined();
    expect(placesOf(world, FIRST).filter((place) => /^(plain|state)/.test(place)).length).toBeGreaterThan(1);
    world.buckets.plain.isDown = false;
    expect(await world.ask(RUN)).toMatchObject({ plan: { state: "finished" } });
    expect(places(world)).toEqual([]);
    expect(await world.verify("plain", "deep")).toEqual([]);
  });
});

describe("a rule that keeps for less time", () => {
  it("makes no sealed day due before somebody has signed for it (fault 84)", async () => {
    const world = await twoDays();
    await world.lengthen({ ...world.settings, keep: keepOf(30) });
    pass(world, 45 * DAY_MS);

    const unsigned = await world.ask({ act: "dispose-plan", until: world.today() });
    await world.ask({ act: "shorten" }, [{ as: "ana", with: "ana" }]);
    const signed = await world.ask({ act: "dispose-plan", until: world.today() });

    expect(unsigned).toEqual({ kind: "plan", plan: null });
    expect(signed).toMatchObject({ plan: { days: 2 } });
  });
});
