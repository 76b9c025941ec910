import type { AsyncCommand } from "fast-check";
import { DaybookError } from "../../../src/model/errors.js";
import type { UtcDay } from "../../../src/model/utc-day.js";
import { addDays } from "../../../src/model/utc-day.js";
import { parseKeep } from "../../../src/model/keep.js";
import type { Keep } from "../../../src/model/keep.js";
import type { RetentionRequest } from "../../../src/retention/requests.js";
import { CrashError } from "../../support/failing-files.js";
import { TENANT_ID } from "../../support/sample-archive.js";
import { holdInvariants } from "./invariants.js";
import type { Places } from "./places.js";
import type { PlainModel } from "./plain-model.js";
import { same } from "./same.js";
import type { Signer, World } from "./world.js";

export const FIRST_DAY = "2026-11-12" as UtcDay;

/** The real archive with what the model remembers of it. */
export interface Real {
  readonly world: World;
  places: Places;
  readonly saved: {
    readonly plan: string;
    readonly signed: RetentionRequest["signed"];
    readonly by: Signer;
    readonly madeMs: number;
  }[];
}

/** What became of one command in the archive. */
export type Ended = "done" | "refused" | "crashed";

export interface Step {
  readonly name: string;
  readonly check?: (model: PlainModel) => boolean;
  /** Returns the days that it might destroy. */
  readonly run: (model: PlainModel, real: Real) => Promise<readonly UtcDay[] | undefined | void>;
}

export class Command implements AsyncCommand<PlainModel, Real> {
  readonly #step: Step;

  constructor(step: Step) {
    this.#step = step;
  }

  check(model: Readonly<PlainModel>): boolean {
    return this.#step.check?.(model) ?? true;
  }

  async run(model: PlainModel, real: Real): Promise<void> {
    const lawful = new Set((await this.#step.run(model, real)) ?? []);
    real.places = await holdInvariants(model, real.world, { lawful, before: real.places });
  }

  toString(): string {
    return this.#step.name;
  }
}

/** Runs what may be refused. Anything but a refusal or a crash is a fault of the archive. */
async function attempt(work: () => Promise<unknown>): Promise<Ended> {
  try {
    await work();
    return "done";
  } catch (error) {
    if (error instanceof CrashError) return "crashed";
    if (error instanceof DaybookError && REFUSALS.has(error.code)) return "refused";
    throw error;
  }
}

const REFUSALS = new Set([
  "CLOCKS_DISAGREE",
  "DISPOSAL_REFUSED",
  "HOLD_UNKNOWN",
  "PLAN_UNKNOWN",
  "ROSTER_INVALID",
  "STATEMENT_INVALID",
]);

/** A request that the model expects to be granted or refused. */
export async function expectEnd(
  real: Real,
  isGranted: boolean,
  work: () => Promise<unknown>,
  what: string,
): Promise<Ended> {
  const { retention } = real.world.index;
  const before = JSON.stringify([retention.holds, retention.rosters, retention.schedules]);
  const ended = await attempt(work);
  if (ended === "crashed") return ended;
  same(ended, isGranted ? "done" : "refused", what);
  if (ended === "refused") {
    const now = real.world.index.retention;
    same(JSON.stringify([now.holds, now.rosters, now.schedules]), before, what);
  }
  return ended;
}

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

/** Seals the next days and delivers them. */
export async function sealDays(model: PlainModel, world: World, count: number): Promise<void> {
  for (let made = 0; made < count; made += 1) {
    const day = addDays(FIRST_DAY, model.days.size);
    same(await world.seal(day, eventsOf(day, 4)), true);
    const canary = canaryOf(day);
    model.days.set(day, { sealedUnder: model.rules.length - 1, revisions: 1, canary, isDestroyed: false });
  }
  await world.deliver();
}

/** As the configuration writes it. */
export function keepOf(keepDays: number): Keep {
  const keep = parseKeep(`${keepDays}d`);
  if (keep === undefined) throw new Error(`${keepDays}`);
  return keep;
}
