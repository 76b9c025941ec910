import { describe, expect, it } from "vitest";
import { DAY_MS } from "../../src/model/utc-day.js";
import { pass, twoDays } from "./approved-plan.js";
import { ROSTERS, proposed } from "./model/people.js";
import type { PersonName } from "./model/people.js";
import type { World } from "./model/world.js";

/** A process whose configuration proposes one of ROSTERS. */
async function propose(world: World, index: number): Promise<void> {
  const rules = ROSTERS[index] ?? { people: [], approvers: 0 };
  world.settings = { ...world.settings, approvers: rules.approvers, people: proposed(rules) };
  await world.start();
}

function byOwnKey(...names: readonly PersonName[]): readonly { as: PersonName; with: PersonName }[] {
  return names.map((name) => ({ as: name, with: name }));
}

describe("the next roster", () => {
  it("needs the quorum of the roster in force, and one that nobody signed is not in force yet", async () => {
    const world = await twoDays();
    await propose(world, 3);
    await world.ask({ act: "people-apply", breakGlass: true });
    await propose(world, 1);

    const alone = world.ask({ act: "people-apply", breakGlass: false }, byOwnKey("ana"));

    await expect(alone).rejects.toMatchObject({ code: "ROSTER_INVALID" });
    await world.ask({ act: "people-apply", breakGlass: false }, byOwnKey("ana", "ben"));
    expect(world.hasNews("worm")).toBe(true);
    expect(await world.verify("worm")).toEqual([expect.stringMatching(/^notice ROSTER_UNSIGNED /)]);
  });

  it("is not that of its signer until 30 days have passed without a signature", async () => {
    const world = await twoDays();
    await propose(world, 3);
    await world.ask({ act: "people-apply", breakGlass: true });
    const hold = { act: "hold-place", from: null, to: null, future: true, matter: "M", reason: "r" } as const;

    pass(world, 29 * DAY_MS);
    await expect(world.ask(hold, byOwnKey("mallory"))).rejects.toMatchObject({ code: "STATEMENT_INVALID" });
    pass(world, 2 * DAY_MS);
    await expect(world.ask(hold, byOwnKey("ana"))).rejects.toMatchObject({ code: "STATEMENT_INVALID" });
    await world.ask(hold, byOwnKey("mallory"));

    expect(world.index.retention.holds).toHaveLength(1);
  });

  it("is not that of its signer because this machine's clock was set, in whichever direction", async () => {
    const world = await twoDays();
    await propose(world, 3);
    world.ownMs -= 40 * DAY_MS;
    const dated = world.ask({ act: "people-apply", breakGlass: true });
    await expect(dated).rejects.toMatchObject({ code: "CLOCKS_DISAGREE" });
    world.ownMs = world.otherMs;
    await world.ask({ act: "people-apply", breakGlass: true });
    const hold = { act: "hold-place", from: null, to: null, future: true, matter: "M", reason: "r" } as const;

    world.ownMs += 31 * DAY_MS;

    for (const name of ["mallory", "ana"] as const)
      await expect(world.ask(hold, byOwnKey(name))).rejects.toMatchObject({ code: "CLOCKS_DISAGREE" });
    world.ownMs = world.otherMs;
    await expect(world.ask(hold, byOwnKey("mallory"))).rejects.toMatchObject({ code: "STATEMENT_INVALID" });
    await world.ask(hold, byOwnKey("ana"));
  });

  it("is in force from its entry on, also when the clock is set back afterwards", async () => {
    const world = await twoDays();
    world.ownMs += 400 * DAY_MS;
    await propose(world, 1);
    await world.ask({ act: "people-apply", breakGlass: false }, byOwnKey("ana", "ben"));
    world.ownMs -= 900 * DAY_MS;

    const hold = { act: "hold-place", from: null, to: null, future: true, matter: "M", reason: "r" } as const;
    await expect(world.ask(hold, byOwnKey("cleo"))).rejects.toMatchObject({ code: "STATEMENT_INVALID" });
    await world.ask(hold, byOwnKey("ana"));

    expect(await world.verify("worm")).toEqual([expect.stringMatching(/^notice CLOCK_BACKWARDS /)]);
  });
});
