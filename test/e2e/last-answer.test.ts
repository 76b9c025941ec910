import { expect, it } from "vitest";
import { HOUR_MS } from "../../src/model/utc-day.js";
import { e2eRig } from "../support/e2e-rig.js";
import type { E2eRig } from "../support/e2e-rig.js";

it("shows how long the source has been silent, also while no day is due", async () => {
  const rig = await e2eRig({ horizon: "4d", scenario: { eventsPerDay: 30 } });
  await rig.run("archive");
  const reached = await answeredAt(rig);
  await rig.simulator.close();
  rig.clock.advance(7 * HOUR_MS);

  const silent = await rig.run("status");
  await rig.run("config", "check", "--online");

  expect(reached).toMatch(/^2026-/);
  expect(silent.out).toContain("source answered 7 h ago");
  // Asking a source that is down is no answer.
  expect(await answeredAt(rig)).toBe(reached);
});

async function answeredAt(rig: E2eRig): Promise<string> {
  const { value } = await rig.json("status");
  return (value as { readonly tenants: readonly [{ readonly last_answer: string }] }).tenants[0].last_answer;
}
