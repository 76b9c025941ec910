import { cpSync, mkdirSync, renameSync, rmSync } from "node:fs";
import { join } from "node:path";
import { describe, expect, it } from "vitest";
import { daemonRig } from "../support/daemon-rig.js";

describe("what docs/OPERATIONS.md says", () => {
  it("brings a lost state folder back from a record sink and the signing key", async () => {
    const rig = await daemonRig({ start: "2026-03-15T09:00:00Z", horizon: "4d" });
    await rig.runUntil("2026-03-15T10:00:00Z");
    const state = join(rig.folder, "state");
    renameSync(join(state, "signing-key.pem"), join(rig.folder, "backup.pem"));
    rmSync(state, { recursive: true });

    mkdirSync(state);
    renameSync(join(rig.folder, "backup.pem"), join(state, "signing-key.pem"));
    expect((await rig.run("restore", "--from", "vault")).exit).toBe(0);
    const { exit, lines } = await rig.runUntil("2026-03-16T10:00:00Z");

    const days = lines.filter(({ msg }) => msg === "day archived").map((line) => line["day"]);
    expect(days).toEqual(["2026-03-14"]);
    expect(exit).toBe(0);
    expect((await rig.run("verify", "--level", "deep")).exit).toBe(0);
  });

  it("stops a copy of the archive on a second host before it asks the source for a day (fault 58)", async () => {
    const rig = await daemonRig({ start: "2026-03-15T09:00:00Z", horizon: "4d" });
    await rig.runUntil("2026-03-15T10:00:00Z");
    cpSync(join(rig.folder, "state"), join(rig.folder, "copy"), { recursive: true });
    await rig.runUntil("2026-03-16T10:00:00Z");

    rig.configure((text) => text.replace("stateDir: ./state", "stateDir: ./copy"));
    const copy = rig.start();

    expect(await copy.ended).toBe(65);
    expect(copy.lines("pass failed").map((line) => line["code"])).toEqual(["ARCHIVE_FORKED"]);
    expect(copy.lines("day archived")).toEqual([]);
    expect(copy.lines("alarm began").map((line) => line["alarm"])).toContain("integrity-failure");
    expect((await rig.run("verify", "--level", "deep")).exit).toBe(0);
  });
});
