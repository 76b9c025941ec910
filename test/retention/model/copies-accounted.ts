import { readFileSync } from "node:fs";
import { join } from "node:path";
import { TOMBSTONE, actFolder, planPath } from "../../../src/archive/layout.js";
import { parseStatement } from "../../../src/archive/statement.js";
import { parseTombstone } from "../../../src/archive/tombstone.js";
import type { Tombstone } from "../../../src/archive/tombstone.js";
import type { DayRecord } from "../../../src/ledger/day-index.js";
import { packagePath } from "../../../src/model/manifest.js";
import { sha256Hex } from "../../../src/model/sha256.js";
import { KEYS } from "./people.js";
import type { PersonName } from "./people.js";
import { lockOf } from "./places.js";
import type { PlainModel } from "./plain-model.js";
import { same } from "./same.js";
import { sshProblem } from "./ssh-sig.js";
import type { World } from "./world.js";

/** Each revision has one tombstone, which rests on the signatures of enough people and names every copy. */
export function expectTombstones(
  model: PlainModel,
  world: World,
  { day, revisions, deliveries, disposed = [] }: DayRecord,
): void {
  const plan = model.plans.find(({ begun }) => begun.has(day));
  same(
    disposed.map(({ revision }) => revision).toSorted((a, b) => a - b),
    revisions.map(({ revision }) => revision),
  );
  for (const { revision } of revisions) {
    const path = join(world.root, packagePath(day, revision), TOMBSTONE);
    const tombstone = parseTombstone(readFileSync(path), path);
    same(tombstone.plan, plan?.id, day);
    expectApprovals(world, tombstone, plan?.approvers ?? 1);
    const sinks = new Set(tombstone.copies.map(({ sink }) => sink));
    const absent = ["", ...deliveries.keys()].filter((sink) => !sinks.has(sink));
    same(absent, [], `${day}: copies that the tombstone does not name`);
  }
}

/** By different people with different keys, each over this very plan, by another reader of signatures than the archive's. */
function expectApprovals(
  world: World,
  { approvals, day, plan, plan_sha256 }: Tombstone,
  approvers: number,
): void {
  const [persons, keys] = [approvals.map((one) => one.person), approvals.map((one) => one.key_fingerprint)];
  for (const distinct of [new Set(persons), new Set(keys)])
    same(distinct.size >= approvers, true, `${day}: approvals of ${distinct.size}`);
  same(sha256Hex(readFileSync(join(world.root, planPath(plan)))), plan_sha256, plan);
  const record = world.index.retention.plans.find(({ id }) => id === plan);
  for (const { person, statement_sha256 } of approvals) {
    const act = record?.approvals.find((one) => one.statementSha256 === statement_sha256);
    const folder = join(world.root, actFolder(act?.seq ?? -1));
    const statement = readFileSync(join(folder, "statement.json"));
    same(sha256Hex(statement), statement_sha256, folder);
    const { subject } = parseStatement(statement, folder);
    same(subject, { plan, plan_sha256 }, folder);
    const { publicLine } = KEYS[person as PersonName];
    const signature = readFileSync(join(folder, "statement.json.sig"));
    const allowedSigner = `${person} as-it-is ${publicLine}`;
    same(sshProblem({ statement, signature, person, allowedSigner, atMs: 0 }), undefined, folder);
  }
}

/** Of a day that is being destroyed: the copy in whose name it is kept has it still, and keeps it for the reason that is given. */
export function expectKept(world: World, { day, disposing }: DayRecord, places: readonly string[]): void {
  const kept = world.index.retention.plans.find(({ id }) => id === disposing?.plan)?.kept[day];
  const [, reason, sink = "", until] =
    /^(locked|unreachable) (\w+)(?: (\d{4}-\d\d-\d\d))?/.exec(kept ?? "") ?? [];
  if (reason !== "locked") return;
  same(
    places.some((place) => place.startsWith(`${sink} `)),
    true,
    `${day} is ${kept}`,
  );
  if (until !== undefined) same(lockOf(world, day), until, `${day} is ${kept}`);
}
