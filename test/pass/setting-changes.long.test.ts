import { readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { describe, expect, it } from "vitest";
import { DAY_MS } from "../../src/model/utc-day.js";
import type { UtcDay } from "../../src/model/utc-day.js";
import { ledgerOf, manifestOf, revisionsIn } from "../support/e2e-archived.js";
import { e2eRig } from "../support/e2e-rig.js";
import type { E2eRig } from "../support/e2e-rig.js";

const OLD_DAY = "2026-11-20" as UtcDay;
const NEW_DAY = "2026-11-21" as UtcDay;

function edit({ folder }: E2eRig, from: string, to: string): void {
  const path = join(folder, "daybook.yaml");
  const text = readFileSync(path, "utf8");
  expect(text).toContain(from);
  writeFileSync(path, text.replace(from, to));
}

const changesIn = (rig: E2eRig): readonly object[] =>
  ledgerOf(rig.vault)
    .filter(({ type }) => type === "config-changed" || type === "schedule-set")
    // The first rule is recorded before the first day, and is no change.
    .slice(1);

describe("a changed configuration", () => {
  it("keeps what is sealed for as long as was promised when it retains less from now on (fault 84)", async () => {
    const rig = await e2eRig();
    await rig.run("archive");
    const before = manifestOf(rig.vault, OLD_DAY, 1);
    edit(rig, "keep: 7y", "keep: 1y");
    rig.clock.advance(DAY_MS);

    expect((await rig.run("archive")).exit).toBe(0);

    expect(before.retention.retain_until).toBe("2033-11-21");
    expect(manifestOf(rig.vault, OLD_DAY, 1)).toEqual(before);
    expect(manifestOf(rig.vault, NEW_DAY, 1).retention.retain_until).toBe("2027-11-22");
    expect(changesIn(rig)).toMatchObject([
      { type: "config-changed" },
      { type: "schedule-set", keep: "1y", applies: "later" },
    ]);
    expect((await rig.run("verify", "--level", "deep")).exit).toBe(0);
  });

  it("is in the ledger by its hash, once, and in the manifests that follow (fault 86)", async () => {
    const rig = await e2eRig();
    await rig.run("archive");
    const { config_sha256: before } = manifestOf(rig.vault, OLD_DAY, 1);
    edit(rig, "level: debug", "level: info");

    await rig.run("archive");
    await rig.run("archive");
    rig.clock.advance(DAY_MS);
    await rig.run("archive");

    const { config_sha256: after } = manifestOf(rig.vault, NEW_DAY, 1);
    expect(after).not.toBe(before);
    expect(changesIn(rig)).toMatchObject([{ type: "config-changed", config_sha256: after }]);
    expect((await rig.run("verify")).exit).toBe(0);
  });

  it("is said again when it is changed back", async () => {
    const rig = await e2eRig();
    await rig.run("archive");
    edit(rig, "level: debug", "level: info");
    await rig.run("archive");
    edit(rig, "level: info", "level: debug");
    await rig.run("archive");

    const { config_sha256: first } = manifestOf(rig.vault, OLD_DAY, 1);
    expect(changesIn(rig)).toHaveLength(2);
    expect(changesIn(rig).at(-1)).toMatchObject({ config_sha256: first });
  });

  it("has no say before the first day: what the first manifest states is no change", async () => {
    const rig = await e2eRig({ now: "2026-11-22T12:00:00.000Z" });
    rig.simulator.injectFault({ when: () => true, times: 100, respond: { status: 400, body: "" } });
    await rig.run("archive");
    edit(rig, "level: debug", "level: info");

    await rig.run("archive", "--day", OLD_DAY);

    expect(revisionsIn(rig.vault).size).toBeLessThanOrEqual(1);
    expect(changesIn(rig)).toEqual([]);
  });
});
