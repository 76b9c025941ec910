import { existsSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { describe, expect, it } from "vitest";
import { automaticRig, succeedIn } from "../support/automatic-rig.js";
import { ANA, BEN } from "../support/retention-rig.js";

const DAY = "days/2026/11/19/r0001";

describe("disposal without a person at hand", () => {
  it("destroys what enough people approved in advance, and nothing before both have", async () => {
    const rig = await automaticRig();
    await succeedIn(rig, "dispose", "standing", "--until", "2027-03-31", ...ANA);
    await rig.runUntil("2026-12-01T12:00:00.000Z");
    const tombstone = join(rig.folder, "vault/contoso", DAY, "tombstone.json");
    expect(existsSync(tombstone)).toBe(false);
    await succeedIn(rig, "dispose", "standing", "--until", "2027-03-31", ...BEN);

    const { lines } = await rig.runUntil("2026-12-02T12:00:00.000Z");

    const disposed = lines.filter(({ msg }) => msg === "days disposed of");
    expect(disposed[0]).toMatchObject({ tenant: "contoso", plan: "P0001", kept: 0 });
    const { approvals } = JSON.parse(readFileSync(tombstone, "utf8")) as { readonly approvals: object[] };
    expect(approvals).toMatchObject([{ person: "records-manager" }, { person: "legal-counsel" }]);
    const verified = await rig.run("verify", "--level", "deep");
    expect(verified.out).not.toMatch(/damage/);
    expect(verified.exit).toBe(0);
    expect(await succeedIn(rig, "dispose", "report", "P0001")).toContain("Certificate of destruction P0001");
  }, 60_000);

  it("refuses an approval for longer than a year", async () => {
    const rig = await automaticRig();

    const { exit, err } = await rig.run("dispose", "standing", "--until", "2028-01-01", ...ANA);

    expect(exit).toBe(64);
    expect(err).toContain("--until: expected a day from 2026-11-22 to 2027-11-23, found 2028-01-01");
  }, 60_000);
});
