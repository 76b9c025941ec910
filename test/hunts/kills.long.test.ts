import { isDeepStrictEqual } from "node:util";
import { setTimeout as wait } from "node:timers/promises";
import { afterAll, beforeAll, describe, expect, it, onTestFinished } from "vitest";
import { systemClock } from "../../src/io/clock.js";
import { ledgerOf, recordLinesOf, revisionsIn, servedLines } from "../support/e2e-archived.js";
import { buildDaybook, startCommand } from "../support/e2e-build.js";
import type { BuiltDaybook, RunningCommand } from "../support/e2e-build.js";
import { REAL_TIME, e2eRig } from "../support/e2e-rig.js";
import type { E2eRig } from "../support/e2e-rig.js";
import { Dice, times } from "../support/hunt.js";

const KILLS = times("KILLS", 6);
/** Kills of one archive before it is finished, checked and left for a new one. */
const KILLS_PER_ARCHIVE = 6;
/** Days within the horizon that are due at any hour. */
const DAYS = 8;

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

/** Eight days or nine, two record sinks and Parquet, from a source that is slow enough to be interrupted. */
async function newRig(): Promise<E2eRig> {
  const rig = await e2eRig({
    ...REAL_TIME,
    horizon: "10d",
    scenario: { eventsPerDay: 30, lateShare: 0, horizonDays: 10 },
    more: "  cold: { use: local-files, path: @/cold }\n  lake: { use: parquet, to: { use: local-files, path: @/lake } }\n",
  });
  rig.simulator.injectFault({ when: ({ kind }) => kind === "activity-events", respond: { delayMs: 3 } });
  return rig;
}

async function killOnce(rig: E2eRig, dice: Dice, command: "archive" | "run"): Promise<void> {
  const doomed = start(rig, command);
  await wait(dice.between(200, 2_500));
  doomed.process.kill("SIGKILL");
  await doomed.ended;
}

interface Outcome {
  readonly exits: readonly (number | string)[];
  readonly altered: readonly unknown[];
  /** Days that are held but were sealed never or more than once. */
  readonly doubled: number;
}

/** Ends the work and judges both copies. */
async function outcomeOf(rig: E2eRig): Promise<Outcome> {
  const exits = [await start(rig, "archive").ended];
  for (const sink of ["vault", "cold"])
    exits.push(await start(rig, "verify", "--sink", sink, "--level", "deep").ended);
  const days = revisionsIn(rig.vault);
  const altered = [...days].filter(
    ([day, revision]) =>
      revision !== 1 ||
      !isDeepStrictEqual(
        recordLinesOf(rig.vault, day, 1),
        servedLines(rig.simulator, day, systemClock.now()),
      ),
  );
  const sealed = ledgerOf(rig.state).filter(({ type }) => type === "day-sealed");
  return { exits, altered, doubled: sealed.length - Math.max(days.size, DAYS) };
}

const WHOLE: Outcome = { exits: [0, 0, 0], altered: [], doubled: 0 };

describe.each(["archive", "run"] as const)("`daybook %s` killed at any moment", (command) => {
  it(`${KILLS} times loses nothing and doubles nothing (fault 59)`, { timeout: 7_200_000 }, async () => {
    const dice = new Dice();
    for (let left = KILLS; left > 0; left -= KILLS_PER_ARCHIVE) {
      const rig = await newRig();
      for (let count = 0; count < Math.min(left, KILLS_PER_ARCHIVE); count++)
        await killOnce(rig, dice, command);

      expect({ seed: dice.seed, ...(await outcomeOf(rig)) }).toEqual({ seed: dice.seed, ...WHOLE });
    }
  });
});
