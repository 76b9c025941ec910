import { dirname, join } from "node:path";
import type { Files } from "../io/files.js";
import { newestWitnessed } from "../model/anchor-record.js";
import { DaybookError } from "../model/errors.js";
import { packagePath, revisionName } from "../model/manifest.js";
import type { ArchiveIdentity } from "./archive-tree.js";
import { moveToQuarantine } from "./quarantine.js";
import { isDisposed } from "./day-index.js";
import type { Ledger } from "./ledger.js";
import { forgetLeftOut, readLeftOut } from "./left-out.js";
import { findPackages, sealedAs } from "./local-packages.js";
import type { LocalPackage } from "./local-packages.js";
import { checkPackage } from "../archive/package-check.js";
import type { SignedManifest } from "../archive/package-check.js";
import { damagedBy } from "../archive/flaw.js";
import type { Flaw } from "../archive/flaw.js";
import { folderSource } from "../archive/folder-source.js";

export interface RecoveryOptions {
  readonly files: Files;
  /** The archive's folder in the state directory. */
  readonly root: string;
  readonly identity: ArchiveIdentity;
  readonly ledger: Ledger;
}

/**
 * What a start does before any work: refuses an archive that has lost a package, then removes leftovers, and ends or undoes
 * the steps that a crash interrupted. Returns what was done; also in the ledger. ARCHIVE_DAMAGED when a sealed package is not
 * there and was never delivered; `proveArchive` checks the content of those that are there.
 */
export async function recover(options: RecoveryOptions, signal: AbortSignal): Promise<readonly string[]> {
  await refuseMissing(options);
  return finishHalfSteps(options, signal);
}

/** `recover` without the look at sealed packages: for the daemon, after a pass that failed half way. */
export async function finishHalfSteps(
  options: RecoveryOptions,
  signal: AbortSignal,
): Promise<readonly string[]> {
  const { files, root } = options;
  const leftOut = await readLeftOut(files, root);
  const steps = [
    ...leftOut,
    ...(await removeLeftovers(options)),
    ...(await options.ledger.completeHead()).map((path) => `wrote ${path}`),
    ...(await settlePackages(options, signal)),
  ];
  if (steps.length > 0) await options.ledger.append({ type: "recovery-performed", steps }, "daybook");
  if (leftOut.length > 0) await forgetLeftOut(files, root);
  return steps;
}

/** A delivered package may have been pruned, but only as a whole: see `prunePackage`. */
async function refuseMissing({ files, root, ledger }: RecoveryOptions): Promise<void> {
  const here = new Set((await findPackages(files, root)).map(({ path }) => path));
  for (const { day, revisions, disposing } of ledger.index.days.values()) {
    if (disposing !== undefined) continue;
    for (const { revision, isDelivered } of revisions) {
      if (isDelivered === true) continue;
      const path = packagePath(day, revision);
      if (!here.has(path)) throw damaged(path, "nothing", "the package that the ledger has sealed");
    }
  }
}

/** Staging holds only what was being written: the one writer was this process's predecessor, and it is gone. */
async function removeLeftovers({ files, root, ledger }: RecoveryOptions): Promise<readonly string[]> {
  const staging = join(root, "staging");
  const names = await files.list(staging);
  for (const name of names) await files.removeTree(join(staging, name));
  if (names.length > 0) await files.syncFolder(staging);
  const plans = new Set(ledger.index.retention.plans.map(({ id }) => `${id}.json`));
  const gone = [...ledger.index.days.values()].filter(isDisposed);
  const isGone = new Set(gone.map(({ day }) => `${day}.json`));
  const witnessed = newestWitnessed(ledger.index.anchors);
  return [
    ...names.map((name) => `removed staging/${name}`),
    ...(await removeFrom(files, root, "acts", (name) => Number(name) >= ledger.size)),
    ...(await removeFrom(files, root, "plans", (name) => !plans.has(name))),
    // What a disposal noted of a day until its last tombstone.
    ...(await removeFrom(files, root, "disposing", (name) => isGone.has(name))),
    ...(await removeFrom(files, root, "anchors", (name) => Number(name.slice(0, 9)) > witnessed)),
  ];
}

/** What an entry would have named that was never added. */
async function removeFrom(
  files: Files,
  root: string,
  folder: string,
  isLeft: (name: string) => boolean,
): Promise<readonly string[]> {
  const left = (await files.list(join(root, folder))).filter(isLeft);
  for (const name of left) await files.removeTree(join(root, folder, name));
  if (left.length > 0) await files.syncFolder(join(root, folder));
  return left.map((name) => `removed ${folder}/${name}`);
}

/**
 * Packages without their entry were renamed into place but not committed: they are committed now, in the order in which they
 * follow each other, and what follows nothing is set aside.
 */
async function settlePackages(options: RecoveryOptions, signal: AbortSignal): Promise<readonly string[]> {
  const { files, root, ledger } = options;
  const found = await findPackages(files, root);
  const common = { source: folderSource(files, root), keys: ledger.keys, signal };
  let left = await Promise.all(
    found
      .filter((one) => sealedAs(ledger.index, one) === undefined)
      .map(async (one) => ({ found: one, check: await checkPackage({ ...common, ...one }) })),
  );
  const steps: string[] = [];
  for (let next = nextOf(left, options); next !== undefined; next = nextOf(left, options)) {
    steps.push(await commit(options, next.found, next.manifestSha256));
    left = left.filter((one) => one.found !== next?.found);
  }
  for (const { found: one, check } of left) {
    const problem = "flaw" in check ? damagedBy(check.flaw).message : misfit(options, one, check);
    steps.push(await setAside(options, one, problem ?? "does not fit"));
  }
  return steps;
}

type Checked = SignedManifest | { readonly flaw: Flaw };

/** The package that is the archive's next act; undefined when none is. */
function nextOf(
  left: readonly { readonly found: LocalPackage; readonly check: Checked }[],
  options: RecoveryOptions,
): { readonly found: LocalPackage; readonly manifestSha256: string } | undefined {
  for (const { found, check } of left)
    if (!("flaw" in check) && misfit(options, found, check) === undefined)
      return { found, manifestSha256: check.sha256 };
  return undefined;
}

/** Why a whole package is not the archive's next act; undefined when it is. */
function misfit(
  { identity, ledger }: RecoveryOptions,
  { day, revision }: LocalPackage,
  { manifest }: SignedManifest,
): string | undefined {
  const { index } = ledger;
  const newest = index.days.get(day)?.revisions.at(-1);
  const fits: readonly (readonly [string, unknown, unknown])[] = [
    ["archive_id", manifest.archive_id, identity.archiveId],
    ["tenant_id", manifest.tenant_id, identity.tenantId],
    ["day", manifest.day, day],
    ["revision", manifest.revision, revision],
    ["revision", manifest.revision, (newest?.revision ?? 0) + 1],
    ["supersedes", manifest.supersedes, newest?.manifestSha256 ?? null],
    ["previous", manifest.previous, index.previous],
  ];
  const wrong = fits.find(([, found, expected]) => found !== expected);
  return wrong && `manifest.json says ${wrong[0]} ${String(wrong[1])}, expected ${String(wrong[2])}`;
}

async function commit(
  { files, root, ledger }: RecoveryOptions,
  { day, revision, path }: LocalPackage,
  manifestSha256: string,
): Promise<string> {
  // The crash may have come between the rename and the syncs that make it last.
  for (const folder of [path, ...parentsOf(path)]) await files.syncFolder(join(root, folder));
  await ledger.append({ type: "day-sealed", day, revision, manifest_sha256: manifestSha256 }, "daybook");
  return `committed ${path}`;
}

function parentsOf(path: string): readonly string[] {
  const parent = dirname(path);
  return parent === "." ? [] : [parent, ...parentsOf(parent)];
}

async function setAside(
  { files, root }: RecoveryOptions,
  { day, revision, path }: LocalPackage,
  problem: string,
): Promise<string> {
  const name = await moveToQuarantine(files, root, path, `${day}-${revisionName(revision)}`);
  return `moved ${path} to ${name}: ${problem}`;
}

function damaged(subject: string, found: string, expected: string): DaybookError {
  return new DaybookError("ARCHIVE_DAMAGED", { message: `${subject}: found ${found}, expected ${expected}` });
}
