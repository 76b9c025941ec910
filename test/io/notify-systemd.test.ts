import { mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { describe, expect, it, onTestFinished } from "vitest";
import { systemd } from "../../src/io/notify-systemd.js";

/** A folder with a `systemd-notify` of our own, which writes down what it is called with. */
function standIn(script: string): {
  readonly env: Record<string, string>;
  readonly told: () => readonly string[];
} {
  const folder = mkdtempSync(join(tmpdir(), "daybook-notify-"));
  onTestFinished(() => rmSync(folder, { recursive: true, force: true }));
  const record = join(folder, "told");
  writeFileSync(record, "");
  writeFileSync(join(folder, "systemd-notify"), `#!/bin/sh\n${script.replaceAll("RECORD", record)}\n`, {
    mode: 0o755,
  });
  return {
    env: { NOTIFY_SOCKET: "/run/notify", PATH: `${folder}:/usr/bin:/bin`, SECRET: "must stay here" },
    told: () => readFileSync(record, "utf8").split("\n").filter(Boolean),
  };
}

describe("systemd", () => {
  it("passes every assignment on, in one message, to the socket that it was given", async () => {
    const { env, told } = standIn('printf "%s|" "$NOTIFY_SOCKET" "$@" "$SECRET" >>RECORD');

    expect(await systemd(env, 1).notify("READY=1", "STATUS=sealed to\n2026-11-20")).toBe(true);

    expect(told()).toEqual(["/run/notify|READY=1|STATUS=sealed to 2026-11-20||"]);
  });

  it("says false, and throws nothing, where it cannot be told", async () => {
    const { env } = standIn("exit 1");

    expect(await systemd(env, 1).notify("WATCHDOG=1")).toBe(false);
    expect(await systemd({ ...env, PATH: "/nowhere" }, 1).notify("WATCHDOG=1")).toBe(false);
  });

  it("does nothing where no manager listens", async () => {
    const manager = systemd({ PATH: "/nowhere", WATCHDOG_USEC: "1000" }, 1);

    expect(await manager.notify("READY=1")).toBe(true);
    expect(manager.watchdogMs).toBeUndefined();
  });

  it.each([
    [{ WATCHDOG_USEC: "90000000" }, 90_000],
    [{ WATCHDOG_USEC: "90000000", WATCHDOG_PID: "7" }, 90_000],
    [{ WATCHDOG_USEC: "90000000", WATCHDOG_PID: "8" }, undefined],
    [{}, undefined],
    [{ WATCHDOG_USEC: "soon" }, undefined],
  ])("reads how often the watchdog wants to hear of it from %j: %s", (env, expected) => {
    expect(systemd({ NOTIFY_SOCKET: "@socket", ...env }, 7).watchdogMs).toBe(expected);
  });
});
