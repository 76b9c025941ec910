import { spawn } from "node:child_process";
import type { ChildProcess } from "node:child_process";
import { once } from "node:events";
import { setTimeout as wait } from "node:timers/promises";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { revisionsIn } from "../support/e2e-archived.js";
import { buildDaybook } from "../support/e2e-build.js";
import type { BuiltDaybook } from "../support/e2e-build.js";
import { REAL_TIME, e2eRig } from "../support/e2e-rig.js";

/** More JSON than a pipe holds: 64 KiB on Linux (pipe(7)). */
const LONG_ANSWER = ["coverage", "--from", "2018-01-01", "--to", "2025-12-31", "--json"];

let built: BuiltDaybook;
beforeAll(async () => {
  built = await buildDaybook();
}, 180_000);
afterAll(() => built.remove());

function start(folder: string, argv: readonly string[], stdio: readonly ("pipe" | "ignore")[]): ChildProcess {
  return spawn(process.execPath, [built.main, ...argv], { cwd: folder, stdio: ["ignore", ...stdio] });
}

async function exitOf(child: ChildProcess): Promise<number | null> {
  if (child.exitCode !== null) return child.exitCode;
  const [code] = (await once(child, "exit")) as [number | null];
  return code;
}

describe("an answer into a pipe", () => {
  it("is whole, however late it is read", async () => {
    const rig = await e2eRig({ scenario: { eventsPerDay: 1 } });
    await rig.run("archive");
    const child = start(rig.folder, LONG_ANSWER, ["pipe", "ignore"]);
    // Nobody reads yet: a process that ends now has lost what the pipe did not take.
    await Promise.race([exitOf(child), wait(1_500)]);
    let text = "";
    for await (const piece of child.stdout ?? []) text += String(piece);

    expect(text.length).toBeGreaterThan(200_000);
    expect(() => JSON.parse(text) as unknown).not.toThrow();
    expect(await exitOf(child)).toBe((await rig.run(...LONG_ANSWER)).exit);
  });

  it("that is closed keeps the exit code", async () => {
    const rig = await e2eRig({ scenario: { eventsPerDay: 1 } });
    await rig.run("archive");
    const child = start(rig.folder, LONG_ANSWER, ["pipe", "ignore"]);
    child.stdout?.destroy();

    const { exit } = await rig.run(...LONG_ANSWER);
    expect(exit).not.toBe(0);
    expect(await exitOf(child)).toBe(exit);
  });
});

describe("a log that nobody reads any more", () => {
  it("costs neither the day nor the exit code", async () => {
    const rig = await e2eRig({ ...REAL_TIME, scenario: { eventsPerDay: 1 } });
    const child = start(rig.folder, ["archive", "--verbose"], ["pipe", "pipe"]);
    child.stdout?.destroy();
    // The log has begun: the next line meets a closed pipe.
    if (child.stderr !== null) await once(child.stderr, "data");
    child.stderr?.destroy();

    expect(await exitOf(child)).toBe(0);
    expect(revisionsIn(rig.vault).size).toBe(1);
  });
});
