import { writeFileSync } from "node:fs";
import { join } from "node:path";
import { expect, it } from "vitest";
import { SIGN_IN_TOKEN, e2eRig } from "../support/e2e-rig.js";

it("status tells what stopped the last `archive`, until one is made", async () => {
  const rig = await e2eRig({ horizon: "4d", scenario: { eventsPerDay: 30 } });
  const token = join(rig.folder, "token");
  writeFileSync(token, "not-the-token-of-the-tests", { mode: 0o600 });

  expect((await rig.run("archive")).exit).toBe(77);
  const refused = await rig.run("status");
  writeFileSync(token, SIGN_IN_TOKEN, { mode: 0o600 });
  rig.clock.advance(20 * 60_000);
  expect((await rig.run("archive")).exit).toBe(0);
  const made = await rig.run("status");

  expect(refused).toMatchObject({
    exit: 77,
    out: expect.stringContaining("ALARM sign-in-refused: at 2026-") as unknown,
  });
  expect(made).toMatchObject({ exit: 0, out: expect.not.stringContaining("ALARM") as unknown });
});
