import { expect, it } from "vitest";
import { e2eRig } from "../support/e2e-rig.js";

it("ends with 67 and names the requested days that can no longer be read", async () => {
  const rig = await e2eRig({ horizon: "3d", scenario: { eventsPerDay: 30 } });

  const { exit, out } = await rig.run("archive", "--from", "2026-11-15", "--to", "2026-11-20");

  expect(exit).toBe(67);
  expect(out).toContain("2026-11-15: before the archive began, not archived");
  expect(out).not.toContain("2026-11-20: ");
});

it("ends with 0 when every day asked for is archived or still open", async () => {
  const rig = await e2eRig({ horizon: "3d", scenario: { eventsPerDay: 30 } });

  expect((await rig.run("archive", "--from", "2026-11-20", "--to", "2026-11-22")).exit).toBe(0);
  expect((await rig.run("archive", "--to", "2026-11-22")).exit).toBe(0);
});

it("tells wrong usage as JSON to who asked for JSON", async () => {
  const rig = await e2eRig();

  const { exit, value } = await rig.json("archive", "--bogus");

  expect(exit).toBe(64);
  expect(value).toMatchObject({ error: { code: "USAGE" } });
});
