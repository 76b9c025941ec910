import { rmSync } from "node:fs";
import { join } from "node:path";
import { expect, it } from "vitest";
import { e2eRig } from "../support/e2e-rig.js";

interface Covered {
  readonly tenants: readonly {
    readonly days: readonly { readonly day: string; readonly state: string; readonly events?: number }[];
  }[];
}

it("coverage shows a copy by what it names itself: in a sink, in a folder, without a configuration", async () => {
  const rig = await e2eRig({ scenario: { eventsPerDay: 20 } });
  expect((await rig.run("archive")).exit).toBe(0);
  // A copy does not know the schedule: a day that it has is sealed, also while it is to be read again.
  const days = async (...argv: string[]) =>
    ((await rig.json("coverage", ...argv)).value as Covered).tenants
      .flatMap((one) => one.days)
      .filter(({ events }) => events !== undefined)
      .map((day) => ({ ...day, state: "sealed" }));
  const own = await days();

  expect(own.length).toBeGreaterThan(1);
  expect(await days("--sink", "vault")).toEqual(own);
  rmSync(join(rig.folder, "daybook.yaml"));
  expect(await days("--path", rig.vault)).toEqual(own);
  const beyond = await rig.run("coverage", "--path", rig.vault, "--from", "2026-11-01", "--to", "2026-11-30");
  expect(beyond.out).toContain(own[0]?.day);
  const none = await rig.run("coverage", "--path", join(rig.folder, "state"));
  expect(none.exit).not.toBe(0);
});
