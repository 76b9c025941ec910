import { expect, it } from "vitest";
import { saidProtection } from "../../src/deliver/protection-words.js";
import { DaybookError } from "../../src/model/errors.js";
import { retentionRig, succeed } from "../support/retention-rig.js";

const signal = new AbortController().signal;
const CANNOT = "cannot protect a day: no locks with a date, no legal holds";

it("says of a store that cannot protect that it cannot, wherever sinks and retention are shown", async () => {
  const rig = await retentionRig();

  expect(await succeed(rig, "sinks", "list")).toContain(
    `vault: local-files, a store: keeps the archive itself; ${CANNOT}`,
  );
  expect(await succeed(rig, "sinks", "check")).toContain(`note: ${CANNOT} (read-only files`);
  const shown = await succeed(rig, "retention", "show");
  expect(shown).toContain(`contoso  vault  ${CANNOT}`);
  expect(shown).not.toContain("2026-11-19  vault");
  const day = await succeed(rig, "retention", "show", "--day", "2026-11-19");
  expect(day).toContain("contoso  2026-11-19  vault  no lock\n");
  expect(day).not.toContain("2026-11-20  vault");
  const checked = await succeed(rig, "retention", "check");
  expect(checked).toContain(`contoso  vault  ${CANNOT}`);
  expect(checked).toMatch(/2026-11-19 {2}vault {2}not protected {2}promised until 2027-11-20, no lock\n/);
}, 60_000);

it("calls a store that does not answer by its error, and takes one that is silent for one without protection", async () => {
  const silent = { name: "vault", store: {} };
  const down = {
    name: "worm",
    store: {
      protection: async () => {
        throw new DaybookError("SINK_UNAVAILABLE", { message: "no answer" });
      },
    },
  };

  expect((await saidProtection(silent, signal)).words).toBe(CANNOT);
  expect(await saidProtection(down, signal)).toEqual({
    sink: "worm",
    protection: null,
    words: "did not say what it protects: no answer (SINK_UNAVAILABLE)",
  });
});
