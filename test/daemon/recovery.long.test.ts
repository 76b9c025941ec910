import { cpSync, renameSync, rmSync } from "node:fs";
import { join } from "node:path";
import { describe, expect, it } from "vitest";
import { daemonRig } from "../support/daemon-rig.js";
import type { RunningDaemon } from "../support/daemon-rig.js";

describe("what docs/OPERATIONS.md says", () => {
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

  it("lets one of two daemons on copies of an archive go on, whichever comes first, and loses no day", async () => {
    const rig = await daemonRig({ start: "2026-03-15T09:00:00Z", horizon: "4d" });
    await rig.runUntil("2026-03-15T10:00:00Z");
    cpSync(join(rig.folder, "state"), join(rig.folder, "copy"), { recursive: true });
    const first = rig.start();
    await started(first);
    rig.configure((text) => text.replace("stateDir: ./state", "stateDir: ./copy"));
    const second = rig.start();
    await started(second);

    const [loser, winner] = await Promise.race([
      first.ended.then(
        (exit) =>
          [
            { exit, daemon: first, name: "state" },
            { daemon: second, name: "copy" },
          ] as const,
      ),
      second.ended.then(
        (exit) =>
          [
            { exit, daemon: second, name: "copy" },
            { daemon: first, name: "state" },
          ] as const,
      ),
    ]);
    rig.clock.at("2026-03-18T10:00:00Z", () => winner.daemon.stop());

    expect(loser.exit).toBe(65);
    expect(await winner.daemon.ended).toBe(0);
    const days = winner.daemon.lines("day archived").map((line) => line["day"]);
    expect(days).toEqual(["2026-03-14", "2026-03-15", "2026-03-16"]);
    rig.configure((text) => text.replace(/stateDir: .*/, `stateDir: ./${winner.name}`));
    expect((await rig.run("verify", "--level", "deep")).exit).toBe(0);

    // The host that lost is brought to where the winner is, and may take over from it.
    renameSync(join(rig.folder, loser.name, "contoso"), join(rig.folder, "set-aside"));
    rig.configure((text) => text.replace(/stateDir: .*/, `stateDir: ./${loser.name}`));
    expect((await rig.run("restore", "--from", "vault")).exit).toBe(0);
    const { exit, lines } = await rig.runUntil("2026-03-19T10:00:00Z");
    expect(lines.filter(({ msg }) => msg === "day archived").map((line) => line["day"])).toEqual([
      "2026-03-17",
    ]);
    expect(exit).toBe(0);
    expect((await rig.run("verify", "--level", "deep")).exit).toBe(0);
  });
});

/** Until it has read its configuration. */
async function started(daemon: RunningDaemon): Promise<void> {
  while (daemon.lines("daemon started").length === 0) await new Promise((resolve) => setImmediate(resolve));
}
