import { cpSync, renameSync, rmSync } from "node:fs";
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

    cpSync(join(rig.folder, "vault", "contoso"), join(state, "contoso"), { recursive: true });
    cpSync(join(rig.folder, "backup.pem"), join(state, "signing-key.pem"));
    const { exit, lines } = await rig.runUntil("2026-03-16T10:00:00Z");

    const days = lines.filter(({ msg }) => msg === "day archived").map((line) => line["day"]);
    expect(days).toEqual(["2026-03-14"]);
    expect(exit).toBe(0);
    expect((await rig.run("verify", "--level", "deep")).exit).toBe(0);
  });

  it("moves to another host with the state folder alone", async () => {
    const rig = await daemonRig({ start: "2026-03-15T09:00:00Z", horizon: "4d" });
    await rig.runUntil("2026-03-15T10:00:00Z");
    const state = join(rig.folder, "state");

    cpSync(state, join(rig.folder, "moved"), { recursive: true });
    rmSync(state, { recursive: true });
    rig.configure((text) => text.replace("stateDir: ./state", "stateDir: ./moved"));
    const { exit, lines } = await rig.runUntil("2026-03-16T10:00:00Z");

    expect(lines.filter(({ msg }) => msg === "day archived")).toHaveLength(1);
    expect(exit).toBe(0);
    expect((await rig.run("verify")).exit).toBe(0);
  });

  it("lets a copy of the archive on a second host write nothing over the first one's (fault 58)", async () => {
    const rig = await daemonRig({ start: "2026-03-15T09:00:00Z", horizon: "4d" });
    await rig.runUntil("2026-03-15T10:00:00Z");
    cpSync(join(rig.folder, "state"), join(rig.folder, "copy"), { recursive: true });
    await rig.runUntil("2026-03-16T10:00:00Z");

    rig.configure((text) => text.replace("stateDir: ./state", "stateDir: ./copy"));
    const { lines } = await rig.runUntil("2026-03-16T14:00:00Z");

    const alarms = lines.filter(({ msg }) => msg === "alarm began").map((line) => line["alarm"]);
    expect(alarms).toEqual(["integrity-failure"]);
    expect((await rig.run("verify", "--level", "deep")).exit).toBe(0);
  });
});
