import type { AsyncCommand } from "fast-check";
import { DaybookError } from "../../../src/model/errors.js";
import type { EntryType } from "../../../src/model/ledger-entry.js";
import type { UtcDay } from "../../../src/model/utc-day.js";
import { addDays } from "../../../src/model/utc-day.js";
import { parseKeep } from "../../../src/model/keep.js";
import type { Keep } from "../../../src/model/keep.js";
import type { RetentionRequest } from "../../../src/retention/requests.js";
import { TENANT_ID } from "../../support/sample-archive.js";
import { holdInvariants } from "./invariants.js";
import type { Seen } from "./invariants.js";
import type { Fault } from "./mortal.js";
import type { PlainModel } from "./plain-model.js";
import { same } from "./same.js";
import type { Signer, World } from "./world.js";

export const FIRST_DAY = "2026-11-12" as UtcDay;

/** The real archive with what the model remembers of it. */
export interface Real {
  readonly world: World;
  seen: Seen;
  readonly saved: {
    readonly plan: string;
    readonly signed: RetentionRequest["signed"];
    readonly by: Signer;
    readonly madeMs: number;
  }[];
}

/** What became of one command in the archive. */
export type Ended = "done" | "refused" | "failed";

export interface Step {
  readonly name: string;
  readonly check?: (model: PlainModel) => boolean;
  /** Returns the days that it might destroy. */
  readonly run: (model: PlainModel, real: Real) => Promise<readonly UtcDay[] | undefined | void>;
}

/** An operation of the command that fails, counted from its begin. */
export interface Failure {
  readonly at: number;
  readonly fault: Fault;
}

export class Command implements AsyncCommand<PlainModel, Real> {
  readonly #step: Step;
  readonly #failure: Failure | undefined;

  constructor(step: Step, failure?: Failure) {
    this.#step = step;
    this.#failure = failure;
  }

  check(model: Readonly<PlainModel>): boolean {
    return this.#step.check?.(model) ?? true;
  }

  async run(model: PlainModel, real: Real): Promise<void> {
    const { world } = real;
    const { life } = world.process;
    if (this.#failure !== undefined) life.failAt(this.#failure.at, this.#failure.fault);
    const lawful = new Set((await this.#step.run(model, real)) ?? []);
    life.goOn();
    real.seen = await holdInvariants(model, world, { lawful, before: real.seen });
  }

  toString(): string {
    if (this.#failure === undefined) return this.#step.name;
    return `${this.#step.name}, with ${this.#failure.fault} at operation ${this.#failure.at}`;
  }
}

/** Does what may be refused, or may die: then a new process is there. Anything else is a fault of the archive. */
export async function survive(world: World, work: () => Promise<unknown>): Promise<Ended> {
  const { life } = world.process;
  try {
    await work();
    // Some faults are survived by the work itself; a dead process is none that goes on.
    if (!life.isOver) return "done";
  } catch (error) {
    if (!life.hasFailed && error instanceof DaybookError && REFUSALS.has(error.code)) return "refused";
    if (!life.hasFailed) throw error;
  }
  await world.start();
  return "failed";
}

const REFUSALS = new Set([
  "CLOCKS_DISAGREE",
  "DISPOSAL_REFUSED",
  "HOLD_UNKNOWN",
  "PLAN_UNKNOWN",
  "ROSTER_INVALID",
  "STATEMENT_INVALID",
]);

/**
 * A request that the model expects to be granted or refused. One that failed half way is done when the ledger has its act. A
 * refusal changes nothing but what the ledger says of it.
 */
export async function expectEnd(
  { world }: Real,
  isGranted: boolean,
  work: () => Promise<unknown>,
  { what, act }: { readonly what: string; readonly act?: EntryType },
): Promise<Ended> {
  const { size } = world.archive.ledger;
  const before = contentOf(world);
  const ended = await survive(world, work);
  if (ended === "failed") {
    if (act === undefined || !world.hasAct(act, size)) return ended;
    same(isGranted, true, `${what} that failed half way`);
    return "done";
  }
  same(ended, isGranted ? "done" : "refused", what);
  if (ended === "done") return ended;
  same(contentOf(world), before, `${what}, refused`);
  const others = world.entriesFrom(size).filter(({ type }) => !OF_REFUSALS.has(type));
  same(others, [], `${what}, refused`);
  return ended;
}

const OF_REFUSALS: ReadonlySet<EntryType> = new Set<EntryType>(["disposal-refused", "plan-superseded"]);

/** Everything but the ledger with its heads, what is on its way into it, and the register. */
function contentOf(world: World): readonly string[] {
  const all = [...world.contents.all(world)].filter(([name]) => !LEDGER.test(name));
  return all.map(([name, { sha256 }]) => `${name} ${sha256}`);
}

const LEDGER = /^(state |[a-z]+ contoso\/)(ledger\/|heads\/|head$|staging\/|checkpoint|register\.jsonl$)/;

function canaryOf(day: UtcDay): string {
  return `canary-${day}`;
}

export function eventsOf(day: UtcDay, count: number): readonly string[] {
  return Array.from({ length: count }, (_, index) =>
    JSON.stringify({
      Id: `${canaryOf(day)}-${index}`,
      CreationTime: `${day}T01:00:${10 + index}`,
      Activity: "ViewReport",
      OrganizationId: TENANT_ID,
    }),
  );
}

export function isPastHorizon(model: PlainModel, real: Real): (day: UtcDay) => boolean {
  same(real.world.ownMs, model.ownMs);
  return (day) => real.world.isPastHorizon(day);
}

/** Seals the next days and delivers them. What was sealed when the process died is sealed. */
export async function sealDays(model: PlainModel, world: World, count: number): Promise<void> {
  for (let made = 0; made < count; made += 1) {
    const day = addDays(FIRST_DAY, model.days.size);
    const ended = await survive(world, async () => same(await world.seal(day, eventsOf(day, 4)), true));
    if (ended === "failed" && world.index.days.get(day) === undefined) return;
    const canary = canaryOf(day);
    model.days.set(day, { sealedUnder: model.rules.length - 1, revisions: 1, canary, isDestroyed: false });
  }
  await survive(world, () => world.deliver());
}

/** As the configuration writes it. */
export function keepOf(keepDays: number): Keep {
  const keep = parseKeep(`${keepDays}d`);
  if (keep === undefined) throw new Error(`${keepDays}`);
  return keep;
}
