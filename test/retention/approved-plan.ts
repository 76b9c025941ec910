import { onTestFinished } from "vitest";
import { DAY_MS } from "../../src/model/utc-day.js";
import { begin, newWorld } from "./model/check-model.js";
import { PlainModel } from "./model/plain-model.js";
import type { World } from "./model/world.js";

/** Both clocks go on. */
export function pass(world: World, ms: number): void {
  world.ownMs += ms;
  world.otherMs += ms;
}

/** An archive of two days, 2026-11-12 and 2026-11-13, that are kept for 60 days. */
export async function twoDays(): Promise<World> {
  const world = newWorld();
  onTestFinished(() => world.remove());
  await begin(new PlainModel(), world);
  return world;
}

/** Draws P0001 at the time of this machine's clock; two people approve it. */
export async function approve(world: World): Promise<void> {
  await world.ask({ act: "dispose-plan", until: world.today() });
  for (const name of ["ana", "ben"] as const)
    await world.ask({ act: "dispose-approve", plan: "P0001" }, [{ as: name, with: name }]);
}

/** Both days are past their retention, and the plan of them is approved. */
export async function approvedPlan(): Promise<World> {
  const world = await twoDays();
  pass(world, 500 * DAY_MS);
  await approve(world);
  return world;
}
