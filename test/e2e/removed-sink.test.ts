import { readdirSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { expect, it } from "vitest";
import { DAY_MS } from "../../src/model/utc-day.js";
import { e2eRig } from "../support/e2e-rig.js";

const COLD = "  cold: { use: local-files, path: @/cold }\n";

/** Makes the newest events of each day in the folder another file. */
function damage(archive: string): void {
  const days = readdirSync(join(archive, "days"), { recursive: true, encoding: "utf8" });
  for (const path of days.filter((name) => name.endsWith("events.ndjson.zst")))
    writeFileSync(join(archive, "days", path), "damaged");
}

it(
  "the alarm of a damaged sink ends when the sink leaves the configuration",
  { timeout: 60_000 },
  async () => {
    const rig = await e2eRig({ more: COLD, horizon: "3d", scenario: { eventsPerDay: 1 } });
    expect((await rig.run("archive")).exit).toBe(0);
    damage(join(rig.folder, "cold", "contoso"));
    rig.clock.advance(8 * DAY_MS);
    await rig.run("archive");

    const damaged = await rig.run("status");
    rig.configure({ more: "" });
    const removed = await rig.run("status");

    expect(damaged.out).toMatch(/ALARM integrity-failure: \d+ findings when cold was last verified/);
    expect(removed.out).not.toContain("integrity-failure");
  },
);

it("the alarm of a sink that cannot be reached ends when the sink leaves the configuration", async () => {
  const rig = await e2eRig({ more: COLD, scenario: { eventsPerDay: 1 } });
  writeFileSync(join(rig.folder, "cold"), "a file where a folder should be");
  await rig.run("archive");

  const behind = await rig.run("status");
  rig.configure({ more: "" });
  expect((await rig.run("archive")).exit).toBe(0);
  const removed = await rig.run("status");

  expect(behind.out).toContain("cold");
  expect(behind.exit).not.toBe(0);
  expect(removed).toMatchObject({ exit: 0, out: expect.not.stringContaining("cold") as unknown });
});
