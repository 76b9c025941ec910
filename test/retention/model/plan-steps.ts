import * as fc from "fast-check";
import { DAY_MS } from "../../../src/model/utc-day.js";
import type { UtcDay } from "../../../src/model/utc-day.js";
import type { RetentionAnswer } from "../../../src/retention/requests.js";
import { expectEnd, isPastHorizon, survive } from "./command.js";
import type { Real, Step } from "./command.js";
import { isLocked } from "./places.js";
import { numbered } from "./plain-model.js";
import type { ModelPlan, PlainModel } from "./plain-model.js";
import { same } from "./same.js";
import { approver, signer } from "./signers.js";
import type { Signer } from "./world.js";

export const drawPlan = fc.constant<Step>({
  name: "draw a plan",
  run: async (model, real) => {
    const running = model.plans.some((one) => isRunning(model, one));
    const due = model.due(isPastHorizon(model, real));
    const request = { act: "dispose-plan", until: real.world.today() } as const;
    const ended = await expectEnd(real, !running && model.isRosterSure(), () => real.world.ask(request), {
      what: "plan",
      act: "plan-drawn",
    });
    const { plans } = real.world.index.retention;
    // Of a process that died between the end of the old plans and the new one.
    for (const { id, superseded } of plans)
      if (superseded?.reason === "redrawn") model.stale((one) => one.id === id);
    if (ended !== "done") return;
    for (const one of model.plans) model.isOpen(one);
    same(plans.length, model.plans.length + (due.length > 0 ? 1 : 0));
    if (due.length === 0) return;
    model.stale(() => true);
    const id = numbered("P", plans.length);
    const { plan: drawn } = await real.world.process.desk.disposals.find(id);
    same(
      drawn.days.map(({ day }) => day),
      due,
    );
    const roster = model.roster()?.rules;
    same(drawn.approvers, roster?.approvers);
    model.plans.push({
      id,
      days: due.map((day) => ({ day, revisions: model.dayOf(day).revisions })),
      drawnAtMs: model.ownMs,
      approvers: roster?.approvers ?? 1,
      approvals: [],
      isRefused: false,
      isStale: false,
      begun: new Set(),
      dropped: new Set(),
    });
  },
});

function newestPlan(model: PlainModel): ModelPlan {
  const last = model.plans.at(-1);
  if (last === undefined) throw new Error("no plan");
  return last;
}

function isRunning(model: PlainModel, one: ModelPlan): boolean {
  const done = one.days.filter(({ day }) => model.dayOf(day).isDestroyed).length;
  if (one.isRefused || one.begun.size === 0 || model.isFinished(one)) return false;
  return one.begun.size > done ? one.dropped.size === 0 : true;
}

const hasPlan = ({ plans }: PlainModel): boolean => plans.length > 0;

function approveBy(by: Signer): Step {
  return {
    name: `approve the newest plan by ${by.as} with the key of ${by.with}`,
    check: hasPlan,
    run: async (model, real) => {
      const one = newestPlan(model);
      const isOpen = model.isOpen(one) && one.begun.size === 0;
      const isGranted = isOpen && model.mayAct("approve", by.as, by.with) && !one.approvals.includes(by.as);
      const request = { act: "dispose-approve", plan: one.id } as const;
      const ended = await expectEnd(real, isGranted, () => real.world.ask(request, [by]), {
        what: "approve",
        act: "disposal-approved",
      });
      if (ended === "done") one.approvals.push(by.as);
    },
  };
}

export const approve = approver.map(approveBy);

/** Signs now; the signature is brought later, when much may have changed. */
export const signAhead = approver.map((by): Step => ({
  name: `${by.as} signs an approval for later`,
  check: hasPlan,
  run: async (model, real) => {
    const { id } = newestPlan(model);
    const { world } = real;
    let draft: RetentionAnswer | undefined;
    await survive(world, async () => {
      draft = await world.draft({ act: "dispose-approve", plan: id }, by.as);
    });
    if (draft?.kind !== "to-sign") return;
    const signed = real.world.signed(draft.statement, by);
    real.saved.push({ plan: id, signed: [signed], by, madeMs: model.ownMs });
  },
}));

export const bringSigned = fc.constant<Step>({
  name: "bring the approval that was signed before",
  check: hasPlan,
  run: async (model, real) => {
    const saved = real.saved.shift();
    if (saved === undefined) return;
    const one = newestPlan(model);
    const { by, madeMs } = saved;
    const isFresh = model.ownMs <= madeMs + 7 * DAY_MS && madeMs <= model.ownMs + 300_000;
    const isOpen = model.isOpen(one) && one.begun.size === 0 && saved.plan === one.id;
    const isGranted =
      isFresh && isOpen && model.mayAct("approve", by.as, by.with) && !one.approvals.includes(by.as);
    const request = { act: "dispose-approve", plan: one.id } as const;
    const ended = await expectEnd(real, isGranted, () => real.world.askWith(request, saved.signed), {
      what: "bring",
      act: "disposal-approved",
    });
    if (ended === "done") one.approvals.push(by.as);
  },
});

export const refuse = fc.tuple(signer, fc.nat(2)).map(([by, chance]): Step => ({
  name: `refuse the newest plan by ${by.as} with the key of ${by.with}`,
  check: (model) => hasPlan(model) && chance === 0,
  run: async (model, real) => {
    const one = newestPlan(model);
    const isGranted = model.isOpen(one) && one.begun.size === 0 && model.mayAct("approve", by.as, by.with);
    const request = { act: "dispose-refuse", plan: one.id } as const;
    const ended = await expectEnd(real, isGranted, () => real.world.ask(request, [by]), {
      what: "refuse",
      act: "plan-refused",
    });
    if (ended === "done") one.isRefused = true;
  },
}));

/** Runs the newest or an older plan. */
function runStep(age: number): Step {
  return {
    name: `run plan ${age === 0 ? "newest" : `-${age}`}`,
    check: ({ plans }) => plans.length > age,
    run: async (model, real) => {
      const { world } = real;
      const one = model.plans.at(-1 - age);
      if (one === undefined) return [];
      const isOpen = model.isOpen(one) && (one.begun.size > 0 || isApprovedBy(one));
      const isGranted = isOpen && model.isRosterSure() && model.isApproved(one);
      const left = one.days.filter(({ day }) => !model.dayOf(day).isDestroyed).map(({ day }) => day);
      const lawful = isGranted ? left.filter((day) => model.against(day) === undefined) : [];
      const isClockless =
        isGranted && left.some((day) => ["clocks", "one clock"].includes(model.against(day) ?? ""));
      const { life } = world.process;
      const request = { act: "dispose-run", plan: one.id } as const;
      const work = (): Promise<unknown> => world.ask(request);
      const ended = await expectEnd(real, isGranted && !isClockless, work, { what: "run" });
      follow(model, real, one, lawful);
      if (ended === "done" && world.isCalm() && !life.hasFailed)
        same(
          left.filter((day) => model.dayOf(day).isDestroyed),
          lawful.filter((day) => !isLocked(world, day)),
          "destroyed",
        );
      return lawful;
    },
  };
}

function isApprovedBy({ approvals, approvers }: ModelPlan): boolean {
  return new Set(approvals).size >= approvers;
}

/** What the run began and ended, by the ledger: it may only be what was lawful. */
function follow(model: PlainModel, { world }: Real, one: ModelPlan, lawful: readonly UtcDay[]): void {
  for (const { day } of one.days) {
    const record = world.index.days.get(day);
    if (record?.disposing?.plan === one.id && !one.begun.has(day)) {
      same(lawful.includes(day), true, `${day} has begun`);
      one.begun.add(day);
    }
    const known = model.dayOf(day);
    const isGone = (record?.disposed?.length ?? 0) === known.revisions;
    if (isGone && !known.isDestroyed) {
      same(lawful.includes(day), true, `${day} is destroyed`);
      known.isDestroyed = true;
    }
  }
  const kept = world.index.retention.plans.find(({ id }) => id === one.id)?.kept ?? {};
  one.dropped.clear();
  for (const day of Object.keys(kept)) one.dropped.add(day as UtcDay);
}

export const run = fc.oneof(
  { weight: 4, arbitrary: fc.constant(runStep(0)) },
  { weight: 1, arbitrary: fc.constant(runStep(1)) },
);

/** A plan of what is due, approved by two people and mostly run. */
export const disposal = fc.integer({ min: 0, max: 3 }).chain((chance) =>
  drawPlan.map((draw): Step => ({
    name: `draw and approve a plan${chance === 0 ? "" : " and run it"}`,
    run: async (model, real) => {
      await draw.run(model, real);
      if (!hasPlan(model)) return undefined;
      for (const name of ["ana", "ben"] as const) await approveBy({ as: name, with: name }).run(model, real);
      return chance === 0 ? undefined : runStep(0).run(model, real);
    },
  })),
);
