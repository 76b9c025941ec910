import { existsSync, readdirSync } from "node:fs";
import { join } from "node:path";
import { setTimeout as wait } from "node:timers/promises";
import { isDeepStrictEqual } from "node:util";
import { afterAll, beforeAll, describe, expect, it, onTestFinished } from "vitest";
import { systemClock } from "../../src/io/clock.js";
import { ledgerOf, recordLinesOf, revisionsIn, servedLines } from "../support/e2e-archived.js";
import { buildDaybook, startCommand } from "../support/e2e-build.js";
import type { BuiltDaybook, RunningCommand } from "../support/e2e-build.js";
import { REAL_TIME, e2eRig } from "../support/e2e-rig.js";
import type { E2eRig } from "../support/e2e-rig.js";

// Real processes live in real time; a source that takes a few milliseconds for each page gives them a middle.
const DAY = { ...REAL_TIME, scenario: { eventsPerDay: 30 } } as const;

let built: BuiltDaybook;
beforeAll(async () => {
  built = await buildDaybook();
}, 120_000);
afterAll(() => built.remove());

function start(rig: E2eRig, ...argv: string[]): RunningCommand {
  const command = startCommand(built.main, rig.folder, argv);
  onTestFinished(() => void command.process.kill("SIGKILL"));
  return command;
}

async function slowRig(delayMs: number): Promise<E2eRig> {
  const rig = await e2eRig(DAY);
  rig.simulator.injectFault({ when: ({ kind }) => kind === "activity-events", respond: { delayMs } });
  return rig;
}

async function until(isTrue: () => boolean): Promise<void> {
  const limitMs = systemClock.now() + 20_000;
  while (!isTrue()) {
    if (systemClock.now() > limitMs) throw new Error("what was waited for did not happen");
    await wait(2);
  }
}

/** Runs `archive` and `verify` to their ends and tells what came of it. */
async function outcomeOf(rig: E2eRig): Promise<object> {
  const archived = await start(rig, "archive").ended;
  const verified = await start(rig, "verify", "--level", "deep").ended;
  const revisions = [...revisionsIn(rig.vault)];
  const altered = revisions.filter(([day, revision]) => {
    const served = servedLines(rig.simulator, day, systemClock.now());
    return revision !== 1 || !isDeepStrictEqual(recordLinesOf(rig.vault, day, revision), served);
  });
  return { archived, verified, holdsDays: revisions.length > 0, altered };
}

const WHOLE = { archived: 0, verified: 0, holdsDays: true, altered: [] };

function packages(root: string): number {
  return existsSync(join(root, "days")) ? readdirSync(join(root, "days")).length : 0;
}

describe("a process killed outright", { timeout: 60_000 }, () => {
  const MOMENTS: readonly (readonly [string, (rig: E2eRig) => boolean])[] = [
    ["before its first request", ({ state }) => existsSync(join(state, "lock"))],
    ["in the middle of a reading", ({ simulator }) => simulator.requests.length >= 11],
    ["after its last request", ({ simulator }) => simulator.requests.length >= 24],
    ["when the package is in its place", ({ state }) => packages(state) > 0],
    ["when the day is committed", ({ state }) => existsSync(join(state, "ledger", "000", "000000001.json"))],
    ["while the day is delivered", ({ vault }) => packages(vault) > 0],
  ];

  it.each(MOMENTS)("%s loses nothing (faults 59, 61)", async (_name, isMoment) => {
    const rig = await slowRig(3);
    const doomed = start(rig, "archive");
    await until(() => isMoment(rig));
    doomed.process.kill("SIGKILL");
    await doomed.ended;

    expect(await outcomeOf(rig)).toEqual(WHOLE);
  });

  it("again and again loses nothing (fault 59)", async () => {
    const rig = await slowRig(3);
    for (const delayMs of [250, 400, 550]) {
      const doomed = start(rig, "archive");
      await wait(delayMs);
      doomed.process.kill("SIGKILL");
      await doomed.ended;
    }

    expect(await outcomeOf(rig)).toEqual(WHOLE);
  });
});

describe("a process asked to stop", { timeout: 60_000 }, () => {
  it("in the middle of a day ends soon with 130, seals nothing, and goes on later (fault 60)", async () => {
    const rig = await slowRig(100);
    const stopped = start(rig, "archive");
    await until(() => rig.simulator.requests.length >= 10);
    const askedMs = systemClock.now();
    stopped.process.kill("SIGTERM");

    expect(await stopped.ended).toBe(130);
    expect(systemClock.now() - askedMs).toBeLessThan(5_000);
    expect([...revisionsIn(rig.state)]).toEqual([]);
    expect(stopped.output()).not.toMatch(/\n\s+at /);
    expect(await outcomeOf(rig)).toEqual(WHOLE);
  });
});

describe("two commands on one archive", { timeout: 60_000 }, () => {
  it("have one writer, and readers that go on (fault 64)", async () => {
    const rig = await slowRig(60);
    const writer = start(rig, "archive");
    await until(() => rig.simulator.requests.length >= 2);

    const second = start(rig, "archive");
    const reader = start(rig, "status");

    expect(await second.ended).toBe(75);
    expect(second.output()).toContain("ARCHIVE_LOCKED");
    expect([0, 67]).toContain(await reader.ended);
    expect(await writer.ended).toBe(0);
    expect(ledgerOf(rig.state).filter(({ type }) => type === "day-sealed")).toHaveLength(
      revisionsIn(rig.vault).size,
    );
    expect(await outcomeOf(rig)).toEqual(WHOLE);
  });
});
