import { existsSync, rmSync } from "node:fs";
import { join } from "node:path";
import { describe, expect, it } from "vitest";
import { DAY_MS } from "../../src/model/utc-day.js";
import { preparedRig } from "../support/e2e-rig.js";
import type { E2eRig } from "../support/e2e-rig.js";
import { ANA, BEN, retain, retentionRig as newRig, succeed } from "../support/retention-rig.js";

/** The ends of retention that `retention show` gives, oldest day first. */
async function ends(rig: E2eRig): Promise<readonly string[]> {
  return [...(await succeed(rig, "retention", "show")).matchAll(/until (\S+)/g)].map(([, end = ""]) => end);
}

const retentionRig = preparedRig(newRig);

describe("a rule that changes", () => {
  it("lengthens every day at the next pass, without a signature", async () => {
    const rig = await retentionRig();
    const before = await ends(rig);
    retain(rig, "schedule: FIN-08, keep: 3y, approvers: 2");

    await succeed(rig, "archive");

    expect(before).toEqual(["2027-11-20", "2027-11-21"]);
    expect(await ends(rig)).toEqual(["2029-11-20", "2029-11-21"]);
    expect(await succeed(rig, "retention", "show")).toContain("FIN-08, 3y");
    expect((await rig.run("verify")).out).not.toMatch(/damage|notice/);
  });

  it("shortens days that are sealed already only by an act that a person signs", async () => {
    const rig = await retentionRig();
    await succeed(rig, "people", "apply");
    retain(rig, "schedule: FIN-09, keep: 90d, approvers: 2");
    await succeed(rig, "archive");
    const kept = await ends(rig);
    const unsigned = await rig.run("retention", "shorten", "--as", "records-manager");
    const still = await ends(rig);

    const said = await succeed(rig, "retention", "shorten", ...ANA);

    expect(kept).toEqual(["2027-11-20", "2027-11-21"]);
    expect(unsigned.exit).toBe(75);
    expect(still).toEqual(kept);
    expect(said).toContain("every day is now kept by FIN-09, 90d");
    expect(await ends(rig)).toEqual(["2027-02-18", "2027-02-19"]);
    rig.clock.advance(100 * DAY_MS);
    expect((await rig.run("retention", "overdue")).exit).toBe(68);
    expect((await rig.run("verify")).out).not.toMatch(/damage|notice/);
  });
});

describe("retention check", () => {
  it("says of each copy what its store protects, and of a copy that is gone that it is", async () => {
    const rig = await retentionRig();
    const whole = await rig.run("retention", "check");
    rmSync(join(rig.vault, "days/2026/11/19/r0001"), { recursive: true });

    const gone = await rig.run("retention", "check", "--day", "2026-11-19");

    expect(whole.out).toMatch(/2026-11-19 {2}vault .*not protected/);
    expect(whole.out).toMatch(/2026-11-20 {2}vault .*not protected/);
    expect(gone.out).toMatch(/2026-11-19 {2}vault .*absent/);
    expect(gone.out).not.toContain("2026-11-20");
    expect(gone.exit).toBe(65);
  });
});

describe("a state folder that is lost after a disposal", () => {
  it("is restored with the tombstones, and no destroyed day is missed or read again", async () => {
    const rig = await retentionRig();
    await succeed(rig, "people", "apply");
    rig.clock.advance(400 * DAY_MS);
    await succeed(rig, "dispose", "plan");
    await succeed(rig, "dispose", "approve", "P0001", ...ANA);
    await succeed(rig, "dispose", "approve", "P0001", ...BEN);
    await succeed(rig, "dispose", "run", "P0001");
    rmSync(rig.state, { recursive: true });

    await succeed(rig, "restore", "--from", "vault");

    expect(await succeed(rig, "retention", "show")).toMatch(/2026-11-19 {2}disposed/);
    expect(await succeed(rig, "retention", "overdue")).toContain("no day is past its retention");
    expect((await rig.run("coverage", "--day", "2026-11-19")).out).toMatch(/2026-11-19 +disposed/);
    expect(existsSync(join(rig.vault, "days/2026/11/19/r0001/events.ndjson.zst"))).toBe(false);
    const verified = await rig.run("verify", "--level", "deep");
    expect(verified).toMatchObject({ exit: 0, out: expect.not.stringMatching(/damage|notice/) as unknown });
    expect(await succeed(rig, "dispose", "report", "P0001")).toContain("Certificate of destruction P0001");
  });
});
