import { readFileSync } from "node:fs";
import { join } from "node:path";
import { headPath } from "../../../src/model/ledger-entry.js";
import { dayState } from "../../../src/plan/day-state.js";
import { HOUR_MS } from "../../../src/model/utc-day.js";
import type { UtcDay } from "../../../src/model/utc-day.js";
import { placesWith, placesWithText } from "./contents.js";
import type { Scan } from "./contents.js";
import { expectKept, expectTombstones } from "./copies-accounted.js";
import { placesOf } from "./places.js";
import type { Places } from "./places.js";
import { same } from "./same.js";
import type { PlainModel } from "./plain-model.js";
import { HORIZON_DAYS } from "./world.js";
import type { World } from "./world.js";

const COPIES = ["worm", "plain", "state"] as const;
const RULES = { horizonDays: HORIZON_DAYS, readAfterMs: [HOUR_MS] };

/** What was seen after a command, for comparison with what is there after the next. */
export interface Seen {
  readonly places: Places;
  /** The hash of each ledger entry and head, in the archive and in its copies. */
  readonly chains: ReadonlyMap<string, string>;
}

export const NOTHING_SEEN: Seen = { places: new Map(), chains: new Map() };

/**
 * What must be true after every command. `lawful`: the days that this command might destroy; of every other day not a file may
 * be gone from any copy.
 */
export async function holdInvariants(
  model: PlainModel,
  world: World,
  { lawful, before }: { readonly lawful: ReadonlySet<UtcDay>; readonly before: Seen },
): Promise<Seen> {
  const places: Places = new Map([...model.days.keys()].map((day) => [day, placesOf(world, day)]));
  for (const [day, known] of before.places) {
    const left = new Set(places.get(day));
    const gone = known.filter((place) => !left.has(place));
    if (!lawful.has(day)) same(gone, [], `${day} was not to be destroyed`);
  }
  const all = world.contents.all(world);
  for (const day of model.days.keys()) {
    expectDay(model, world, day, places.get(day) ?? []);
    const { isDestroyed, canary } = model.dayOf(day);
    if (isDestroyed) same(placesWith(all, canary), [], `${day}: found after its destruction`);
  }
  expectSameAsLedger(model, world);
  same(placesWithText(all), [], "places that have a text of the register");
  const chains = chainsOf(all);
  for (const [name, sha256] of before.chains) same(chains.get(name), sha256, name);
  readFileSync(join(world.root, headPath(world.archive.ledger.size)));
  const upToDate = COPIES.filter((copy) => world.isSynced(copy));
  // The archive itself is another copy; it is judged where the buckets lag behind.
  for (const copy of upToDate.length === 1 ? upToDate : upToDate.filter((one) => one !== "state"))
    if (world.hasNews(copy)) await expectWhole(world, copy, "structure");
  return { places, chains };
}

/** Every byte of every copy that is up to date, once all commands are done. */
export async function expectWholeAtEnd(world: World): Promise<void> {
  for (const copy of COPIES) if (world.isSynced(copy)) await expectWhole(world, copy, "deep");
}

async function expectWhole(
  world: World,
  copy: (typeof COPIES)[number],
  level: "structure" | "deep",
): Promise<void> {
  const findings = await world.verify(copy, level);
  same(
    findings.filter((finding) => !finding.startsWith("notice ")),
    [],
    copy,
  );
}

/** The ledger and its heads only grow. */
function chainsOf(all: ReadonlyMap<string, Scan>): ReadonlyMap<string, string> {
  const chain = [...all].filter(([name]) => /^\w+ (contoso\/)?(ledger|heads)\//.test(name));
  return new Map(chain.map(([name, { sha256 }]) => [name, sha256]));
}

/**
 * A destroyed day has a tombstone for each revision. Any other is not called destroyed, and has every
 * revision in the state folder, unless its destruction has begun.
 */
function expectDay(model: PlainModel, world: World, day: UtcDay, places: readonly string[]): void {
  const record = world.index.days.get(day);
  const { isDestroyed, revisions } = model.dayOf(day);
  same(record?.revisions.length, revisions, day);
  same(record?.disposed?.length === revisions, isDestroyed, `${day}: tombstones`);
  if (record === undefined) return;
  const state = dayState(day, record, RULES, world.ownMs);
  if (isDestroyed) {
    same(state, "disposed", day);
    expectTombstones(model, world, record);
  } else if (record.disposing !== undefined) {
    same(state, "disposing", day);
    expectKept(world, record, places);
  } else {
    same(["closed", "sealed"].includes(state), true, `${day} is ${state}`);
    same(record.disposed ?? [], [], `${day}: tombstones`);
    const kept = places.filter((place) => /^state r\d{4}\/events/.test(place));
    same(kept.length, revisions, `${day}: revisions in the state folder`);
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
