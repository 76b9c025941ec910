import { spawnSync } from "node:child_process";
import { mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { expect, onTestFinished } from "vitest";
import { systemClock } from "../../src/io/clock.js";
import { recordLinesOf, revisionsIn, servedLines } from "./e2e-archived.js";
import { startCommand } from "./e2e-build.js";
import type { BuiltDaybook } from "./e2e-build.js";
import { REAL_TIME, e2eRig } from "./e2e-rig.js";
import type { E2eRig } from "./e2e-rig.js";

export interface Ended {
  readonly exit: number | string;
  readonly text: string;
}

export function system(command: string, ...argv: string[]): void {
  const { status, stderr, error } = spawnSync(command, argv, { encoding: "utf8" });
  if (status !== 0) throw new Error(`${command} ${argv.join(" ")}: ${error?.message ?? stderr}`);
}

/** Needed to make system calls fail. */
export function installStrace(): void {
  if (spawnSync("strace", ["--version"]).error === undefined) return;
  system("apt-get", "update", "-q");
  system("apt-get", "install", "-q", "-y", "--no-install-recommends", "strace");
}

/** A file system of its own, `size` as for tmpfs(5). Needs root. */
export function mounted(size: string): string {
  const folder = mkdtempSync(join(tmpdir(), "daybook-disk-"));
  system("mount", "-t", "tmpfs", "-o", `size=${size}`, "tmpfs", folder);
  onTestFinished(() => {
    system("umount", folder);
    rmSync(folder, { recursive: true });
  });
  return folder;
}

/** An archive whose state folder, or whose sink, lies on the folder given. */
export async function rigOn(folder: string, what: "state" | "vault"): Promise<E2eRig> {
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

/** Runs a command of the built Daybook to its end, below another program where one is given. */
export async function runBuilt(
  built: BuiltDaybook,
  rig: E2eRig,
  argv: readonly string[],
  under: readonly string[] = [],
): Promise<Ended> {
  const command = startCommand(built.main, rig.folder, argv, under);
  return { exit: await command.ended, text: command.output() };
}

/** Ends the work with the next pass, and shows that every day is whole and as the source serves it. */
export async function expectRecovery(built: BuiltDaybook, rig: E2eRig, vault: string): Promise<void> {
  const again = await runBuilt(built, rig, ["archive"]);
  expect(again.exit).toBe(0);
  const verified = await runBuilt(built, rig, ["verify", "--level", "deep"]);
  expect(verified.exit).toBe(0);
  const days = revisionsIn(vault);
  expect(days.size).toBeGreaterThan(0);
  for (const [day, revision] of days)
    expect(recordLinesOf(vault, day, revision)).toEqual(servedLines(rig.simulator, day, systemClock.now()));
}
