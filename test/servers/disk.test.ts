import { spawnSync } from "node:child_process";
import { mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, beforeAll, describe, expect, it, onTestFinished } from "vitest";
import { systemClock } from "../../src/io/clock.js";
import { recordLinesOf, revisionsIn, servedLines } from "../support/e2e-archived.js";
import { buildDaybook, startCommand } from "../support/e2e-build.js";
import type { BuiltDaybook, RunningCommand } from "../support/e2e-build.js";
import { REAL_TIME, e2eRig } from "../support/e2e-rig.js";
import type { E2eRig } from "../support/e2e-rig.js";

// Real file systems and a real kernel: needs root for mount(8), and strace(1).
let built: BuiltDaybook;
beforeAll(async () => {
  built = await buildDaybook();
  if (spawnSync("strace", ["--version"]).error !== undefined) {
    system("apt-get", "update", "-q");
    system("apt-get", "install", "-q", "-y", "--no-install-recommends", "strace");
  }
}, 300_000);
afterAll(() => built.remove());

function system(command: string, ...argv: string[]): void {
  const { status, stderr, error } = spawnSync(command, argv, { encoding: "utf8" });
  if (status !== 0) throw new Error(`${command} ${argv.join(" ")}: ${error?.message ?? stderr}`);
}

/** A file system of its own, `size` as for tmpfs(5). */
function mounted(size: string): string {
  const folder = mkdtempSync(join(tmpdir(), "daybook-disk-"));
  system("mount", "-t", "tmpfs", "-o", `size=${size}`, "tmpfs", folder);
  onTestFinished(() => {
    system("umount", folder);
    rmSync(folder, { recursive: true });
  });
  return folder;
}

/** An archive whose state folder, or whose sink, lies on the folder given. */
async function rigOn(folder: string, what: "state" | "vault"): Promise<E2eRig> {
  const rig = await e2eRig({ ...REAL_TIME, scenario: { eventsPerDay: 400 } });
  const path = join(rig.folder, "daybook.yaml");
  const [from, to] =
    what === "state"
      ? ["./state", join(folder, "state")]
      : [join(rig.folder, "vault"), join(folder, "vault")];
  mkdirSync(to);
  writeFileSync(
    path,
    readFileSync(path, "utf8")
      .replace(from, to)
      .replace("use: local-files,", "use: local-files, reserve: 64KiB,"),
    { mode: 0o600 },
  );
  return rig;
}

function start(rig: E2eRig, ...argv: string[]): RunningCommand {
  return startCommand(built.main, rig.folder, argv);
}

async function ended(
  command: RunningCommand,
): Promise<{ readonly exit: number | string; readonly text: string }> {
  return { exit: await command.ended, text: command.output() };
}

async function expectWhole(rig: E2eRig, vault: string): Promise<void> {
  const { exit } = await ended(start(rig, "verify", "--level", "deep"));
  expect(exit).toBe(0);
  const days = revisionsIn(vault);
  expect(days.size).toBeGreaterThan(0);
  for (const [day, revision] of days)
    expect(recordLinesOf(vault, day, revision)).toEqual(servedLines(rig.simulator, day, systemClock.now()));
}

describe("a full disk (fault 49)", () => {
  it.each([0, 40, 120, 200, 260])(
    "below the state, with %i KB left, ends with 73 and goes on when space returns",
    async (leftKb) => {
      const disk = mounted("4m");
      const rig = await rigOn(disk, "state");
      writeFileSync(join(disk, "ballast"), Buffer.alloc((4096 - leftKb - 8) * 1024));

      const full = await ended(start(rig, "archive"));

      expect(full.exit).toBe(73);
      expect(full.text).toMatch(/DISK_FULL/);
      expect(full.text).toContain("free space");
      expect(full.text).not.toMatch(/\n\s+at /);
      rmSync(join(disk, "ballast"));
      const again = await ended(start(rig, "archive"));
      expect(again.exit).toBe(0);
      await expectWhole(rig, rig.vault);
    },
  );

  it("below a sink leaves the day sealed, says that the sink is behind, and delivers later", async () => {
    const disk = mounted("2m");
    const rig = await rigOn(disk, "vault");
    writeFileSync(join(disk, "ballast"), Buffer.alloc((2048 - 120) * 1024));

    const full = await ended(start(rig, "archive"));

    expect([69, 73]).toContain(full.exit);
    expect(full.text).toContain("sink vault is behind");
    expect(revisionsIn(rig.state).size).toBeGreaterThan(0);
    rmSync(join(disk, "ballast"));
    const again = await ended(start(rig, "archive"));
    expect(again.exit).toBe(0);
    await expectWhole(rig, join(disk, "vault", "contoso"));
  });
});

describe("a disk that became read-only (fault 51)", () => {
  it("ends with 73 before anything is asked of the source, and goes on when it is writable", async () => {
    const disk = mounted("8m");
    const rig = await rigOn(disk, "state");
    system("mount", "-o", "remount,ro", disk);

    const denied = await ended(start(rig, "archive"));

    expect(denied.exit).toBe(73);
    expect(denied.text).toContain("EROFS");
    expect(denied.text).toContain("mount options");
    expect(rig.simulator.requests).toHaveLength(0);
    system("mount", "-o", "remount,rw", disk);
    const again = await ended(start(rig, "archive"));
    expect(again.exit).toBe(0);
    await expectWhole(rig, rig.vault);
  });
});

describe("a disk whose fsync fails (fault 50)", () => {
  it.each([1, 5, 30, 60, 90])(
    "at call %i abandons the file, ends with 73, and the next pass ends the work",
    async (when) => {
      const rig = await e2eRig({ ...REAL_TIME, scenario: { eventsPerDay: 40 } });
      const trace = join(rig.folder, "trace");
      const inject = `inject=fsync,fdatasync:error=EIO:when=${when}`;
      // One thread of the pool: strace counts the calls of each thread for itself.
      const strace = [
        "strace",
        "-E",
        "UV_THREADPOOL_SIZE=1",
        "-f",
        "-qq",
        "-o",
        trace,
        "-e",
        "trace=fsync,fdatasync",
        "-e",
        inject,
      ];

      const failing = await ended(startCommand(built.main, rig.folder, ["archive"], strace));

      expect(readFileSync(trace, "utf8").includes("(INJECTED)")).toBe(true);
      expect(failing.exit).toBe(73);
      expect(failing.text).toContain("DISK_FAILED");
      expect(failing.text).toContain("check the disk");
      const again = await ended(start(rig, "archive"));
      expect(again.exit).toBe(0);
      await expectWhole(rig, rig.vault);
    },
  );
});
