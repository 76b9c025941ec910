import { readFileSync } from "node:fs";
import { join } from "node:path";
import { TOMBSTONE } from "../../../src/archive/layout.js";
import { parseTombstone } from "../../../src/archive/tombstone.js";
import { headPath } from "../../../src/model/ledger-entry.js";
import { packagePath } from "../../../src/model/manifest.js";
import type { UtcDay } from "../../../src/model/utc-day.js";
import type { DayRecord } from "../../../src/ledger/day-index.js";
import { find, placesOf } from "./places.js";
import type { Places } from "./places.js";
import { same } from "./same.js";
import type { PlainModel } from "./plain-model.js";
import type { World } from "./world.js";

const BUCKETS = ["worm", "plain"] as const;

/**
 * What must be true after every command. `lawful`: the days that this command might destroy; of every other day not a file may
 * be gone from any copy.
 */
export async function holdInvariants(
  model: PlainModel,
  world: World,
  { lawful, before }: { readonly lawful: ReadonlySet<UtcDay>; readonly before: Places },
): Promise<Places> {
  const after: Places = new Map([...model.days.keys()].map((day) => [day, placesOf(world, day)]));
  for (const [day, places] of before) {
    const left = new Set(after.get(day));
    const gone = places.filter((place) => !left.has(place));
    if (!lawful.has(day)) same(gone, [], `${day} was not to be destroyed`);
  }
  for (const day of model.days.keys()) expectDay(model, world, day);
  expectSameAsLedger(model, world);
  const { size } = world.archive.ledger;
  readFileSync(join(world.root, headPath(size)));
  for (const bucket of BUCKETS) {
    if (!world.hasNews(bucket)) continue;
    const findings = await world.verify(bucket);
    same(
      findings.filter((finding) => !finding.startsWith("notice ")),
      [],
      bucket,
    );
  }
  return after;
}

/** A destroyed day is found nowhere and has a tombstone for each revision; any other is not called destroyed. */
function expectDay(model: PlainModel, world: World, day: UtcDay): void {
  const record = world.index.days.get(day);
  const { isDestroyed, revisions, canary } = model.dayOf(day);
  same(record?.revisions.length, revisions, day);
  same(record?.lost, undefined, day);
  same(record?.disposed?.length ?? 0, isDestroyed ? revisions : 0, `${day}: tombstones`);
  if (!isDestroyed) return;
  same(find(world, canary), [], `${day}: found after its destruction`);
  if (record !== undefined) expectTombstones(model, world, record);
}

function expectTombstones(model: PlainModel, world: World, { day, revisions, deliveries }: DayRecord): void {
  const plan = model.plans.find(({ begun }) => begun.has(day));
  for (const { revision } of revisions) {
    const path = join(world.root, packagePath(day, revision), TOMBSTONE);
    const { approvals, copies, plan: under } = parseTombstone(readFileSync(path), path);
    same(under, plan?.id, day);
    const [persons, keys] = [approvals.map((one) => one.person), approvals.map((one) => one.key_fingerprint)];
    for (const distinct of [new Set(persons), new Set(keys)])
      same(distinct.size >= (plan?.approvers ?? 1), true, `${day}: approvals of ${distinct.size}`);
    const sinks = new Set(copies.map(({ sink }) => sink));
    const absent = ["", ...deliveries.keys()].filter((sink) => !sinks.has(sink));
    same(absent, [], `${day}: copies that the tombstone does not name`);
  }
}

/** The ledger alone says what the model says. */
function expectSameAsLedger(model: PlainModel, { index: { retention } }: World): void {
  const holds = retention.holds.map(({ id, from, to, released }) => ({
    id,
    from,
    to,
    isReleased: released !== undefined,
  }));
  same(holds, model.holds);
  const rules = retention.schedules.map(({ keep, applies, statementSha256 }) => ({
    keepDays: Number.parseInt(keep, 10),
    applies,
    isSigned: statementSha256 !== null,
  }));
  same(rules, model.rules);
  same(
    retention.rosters.map(({ roster }) => roster),
    model.rosters.map(({ number }) => number),
  );
  const plans = retention.plans.map(({ id, approvals, refused }) => ({
    id,
    approvals: approvals.map(({ person }) => person),
    isRefused: refused !== undefined,
  }));
  same(
    plans,
    model.plans.map(({ id, approvals, isRefused }) => ({ id, approvals, isRefused })),
  );
}
