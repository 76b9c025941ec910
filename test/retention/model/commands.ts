import * as fc from "fast-check";
import type { AsyncCommand } from "fast-check";
import { DAY_MS, HOUR_MS, addDays } from "../../../src/model/utc-day.js";
import { Command, FIRST_DAY, eventsOf, isPastHorizon, sealDays, survive } from "./command.js";
import type { Failure, Real, Step } from "./command.js";
import { holdPlace, holdRelease, rosterApply, setRule, shorten } from "./people-steps.js";
import type { PlainModel } from "./plain-model.js";
import { approve, bringSigned, disposal, drawPlan, refuse, run, signAhead } from "./plan-steps.js";
import { same } from "./same.js";
import type { World } from "./world.js";

const SHIFTS = [HOUR_MS / 2, 2 * HOUR_MS, 31 * DAY_MS, 100 * DAY_MS, 400 * DAY_MS, 1200 * DAY_MS];

function setOwn(model: PlainModel, world: World, ms: number): void {
  model.ownMs = ms;
  world.ownMs = ms;
}

function setOther(model: PlainModel, world: World, ms: number): void {
  model.otherMs = ms;
  world.otherMs = ms;
}

const seal = fc.integer({ min: 1, max: 2 }).map((count): Step => ({
  name: `seal ${count} days`,
  check: ({ days }) => days.size < 6,
  run: (model, { world }) => sealDays(model, world, count),
}));

const read = fc.tuple(fc.nat(5), fc.boolean()).map(([index, isLate]): Step => {
  const day = addDays(FIRST_DAY, index);
  return {
    name: `read ${day} again${isLate ? " with a late event" : ""}`,
    check: ({ days, plans: drawn }) => days.has(day) && !drawn.some(({ begun }) => begun.has(day)),
    run: async (model, real) => {
      const known = model.dayOf(day);
      if (isPastHorizon(model, real)(day)) return;
      const count = 3 + known.revisions + (isLate ? 1 : 0);
      const { world } = real;
      const ended = await survive(world, async () =>
        same(await world.seal(day, eventsOf(day, count)), isLate),
      );
      const isSealed = (world.index.days.get(day)?.revisions.length ?? 0) > known.revisions;
      if (ended === "done") same(isSealed, isLate);
      if (!isSealed) return;
      same(isLate, true);
      known.revisions += 1;
      model.stale((plan) => plan.days.some((one) => one.day === day));
      await survive(world, () => world.deliver());
    },
  };
});

const clock = fc
  .tuple(fc.constantFrom("both", "both", "both", "own", "other"), fc.constantFrom(...SHIFTS), fc.boolean())
  .map(([which, shift, isBack]): Step => {
    const ms = isBack ? -shift : shift;
    return {
      name: `${which} clock${which === "both" ? "s" : ""} ${ms / DAY_MS} days`,
      run: async (model, { world }) => {
        if (which !== "other") setOwn(model, world, Math.max(model.ownMs + ms, EARLIEST));
        if (which !== "own") setOther(model, world, Math.max(model.otherMs + ms, EARLIEST));
      },
    };
  });

const EARLIEST = Date.parse("2020-01-01T00:00:00Z");

const clocksRight = fc.constantFrom(...SHIFTS).map((shift): Step => ({
  name: `clocks are set right, ${shift / DAY_MS} days on`,
  run: async (model, { world }) => {
    const ms = Math.max(model.ownMs, model.otherMs) + shift;
    setOwn(model, world, ms);
    setOther(model, world, ms);
  },
}));

const silence = fc.boolean().map((isSilent): Step => ({
  name: isSilent ? "the source is silent" : "the source answers",
  run: async (model, { world }) => {
    model.isOtherSilent = isSilent;
    world.isOtherSilent = isSilent;
  },
}));

const sinks = fc
  .tuple(fc.constantFrom("worm", "plain", "lake", "all up"), fc.boolean())
  .map(([which, isDown]): Step => ({
    name: which === "all up" ? which : `${which} ${isDown ? "down" : "up"}`,
    run: async (_model, { world }) => {
      if (which === "worm" || which === "all up") world.buckets.worm.isDown = which === "worm" && isDown;
      if (which === "plain" || which === "all up") world.buckets.plain.isDown = which === "plain" && isDown;
      if (which === "lake" || which === "all up") world.isViewDown = which === "lake" && isDown;
      await survive(world, () => world.deliver());
    },
  }));

const stubborn = fc.boolean().map((isStubborn): Step => ({
  name: isStubborn ? "the bucket refuses locks and holds" : "the bucket takes locks and holds",
  run: async (_model, { world }) => {
    world.buckets.worm.isStubborn = isStubborn;
    await survive(world, () => world.deliver());
  },
}));

const restart = fc.constant<Step>({
  name: "restart",
  run: async (_model, { world }) => void (await survive(world, () => world.start())),
});

const STEPS = [
  seal,
  read,
  holdPlace,
  holdRelease,
  setRule,
  shorten,
  rosterApply,
  drawPlan,
  disposal,
  disposal,
  disposal,
  approve,
  approve,
  approve,
  approve,
  signAhead,
  bringSigned,
  refuse,
  run,
  run,
  run,
  clock,
  clocksRight,
  clocksRight,
  silence,
  sinks,
  stubborn,
  restart,
];

/** Mostly none; else an operation early in the command or somewhere in it. */
const failure: fc.Arbitrary<Failure | undefined> = fc.oneof(
  { weight: 3, arbitrary: fc.constant(undefined) },
  {
    weight: 1,
    arbitrary: fc.record<Failure>({
      at: fc.oneof(fc.integer({ min: 1, max: 40 }), fc.integer({ min: 1, max: 500 })),
      fault: fc.constantFrom<Failure["fault"]>("crash", "crash", "DISK_FULL", "DISK_FAILED"),
    }),
  },
);

/** Sequences of commands, any of which may die in any of its operations. */
export function commands(size: number): fc.Arbitrary<Iterable<AsyncCommand<PlainModel, Real>>> {
  return fc.commands(
    STEPS.map((step) => fc.tuple(step, failure).map(([one, fails]) => new Command(one, fails))),
    { maxCommands: size, size: "max" },
  );
}
