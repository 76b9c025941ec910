import * as fc from "fast-check";
import { keepOf, sealDays } from "./command.js";
import { commands } from "./commands.js";
import { NOTHING_SEEN, expectWholeAtEnd } from "./invariants.js";
import { ROSTERS, proposed } from "./people.js";
import { PlainModel } from "./plain-model.js";
import { World } from "./world.js";

const KEEP_DAYS = 60;

/**
 * Runs sequences of commands against an archive and the model; throws the first that fails, with its seed. Ends early after
 * `seconds`. Returns how many runs were done, and how many days they destroyed.
 */
export async function checkModel(options: {
  readonly runs: number;
  readonly size: number;
  readonly seed: number;
  readonly seconds?: number;
}): Promise<{ readonly runs: number; readonly destroyed: number }> {
  let [runs, destroyed] = [0, 0];
  const property = fc.asyncProperty(commands(options.size), async (sequence) => {
    // OpenSSH judges every tenth run: it takes half of the time.
    const world = newWorld(runs % 10 === 0 ? "ssh-keygen" : "own");
    const model = new PlainModel();
    try {
      await fc.asyncModelRun(async () => {
        await begin(model, world);
        return { model, real: { world, seen: NOTHING_SEEN, saved: [] } };
      }, sequence);
      await expectWholeAtEnd(world);
    } finally {
      world.remove();
    }
    runs += 1;
    destroyed += [...model.days.values()].filter(({ isDestroyed }) => isDestroyed).length;
  });
  const limit = options.seconds === undefined ? {} : { interruptAfterTimeLimit: options.seconds * 1000 };
  // A run takes long, and so does making a failed one smaller: DAYBOOK_SHRINK asks for it.
  const endOnFailure = process.env["DAYBOOK_SHRINK"] === undefined;
  await fc.assert(property, { numRuns: options.runs, seed: options.seed, endOnFailure, ...limit });
  return { runs, destroyed };
}

/** An archive that does not exist yet. The caller removes it. */
export function newWorld(judge: "ssh-keygen" | "own" = "ssh-keygen"): World {
  const [rules] = ROSTERS;
  if (rules === undefined) throw new Error("no rules");
  return new World(
    {
      schedule: "FIN",
      keep: keepOf(KEEP_DAYS),
      authority: "the law",
      schedules: [],
      approvers: rules.approvers,
      separateDuties: false,
      isAutomatic: false,
      people: proposed(rules),
    },
    judge,
  );
}

/** An archive of its people, with two days. */
export async function begin(model: PlainModel, world: World): Promise<void> {
  const [rules] = ROSTERS;
  if (rules === undefined) throw new Error("no rules");
  model.ownMs = world.ownMs;
  model.otherMs = world.otherMs;
  await world.start();
  model.setRule(KEEP_DAYS, false);
  await world.ask({ act: "people-apply", breakGlass: false });
  model.setRoster(rules, false);
  await sealDays(model, world, 2);
}
