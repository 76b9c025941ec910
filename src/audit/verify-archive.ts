import type { Head } from "../archive/head.js";
import type { ArchiveIdentity } from "../ledger/archive-tree.js";
import type { Finding, Severity } from "../model/finding.js";
import { DaybookError } from "../model/errors.js";
import type { LedgerEntry } from "../model/ledger-entry.js";
import type { Manifest } from "../model/manifest.js";
import { eachDay, isInRange } from "../model/utc-day.js";
import type { DayRange, UtcDay } from "../model/utc-day.js";
import type { EventSet } from "../model/verdict.js";
import type { BagScope } from "../archive/bag-scope.js";
import { BAG_SCOPE } from "../archive/layout.js";
import type { ArchiveSource } from "../archive/source.js";
import type { SignatureCheck } from "../archive/ssh-signature.js";
import { isExpected } from "./audit.js";
import { checkAnchors } from "./check-anchors.js";
import type { AnchorDemands, WitnessedHead } from "./check-anchors.js";
import type { Audit } from "./audit.js";
import { checkContent } from "./check-content.js";
import { DeepCheck } from "./check-deep.js";
import { checkForeign, checkPinned } from "./check-foreign.js";
import { checkIdentity, readKeys } from "./check-identity.js";
import type { KeyFingerprint } from "./check-identity.js";
import { ActsCheck } from "./check-acts.js";
import { checkTombstone, checkUnfinished } from "./check-tombstone.js";
import { packagePath } from "../model/manifest.js";
import { checkLedger } from "./check-ledger.js";
import { checkPackage } from "./check-package.js";
import type { PackageContext } from "./check-package.js";
import { drawSample } from "./sample.js";
import type { Sample } from "./sample.js";
import { FindingList } from "./finding-list.js";
import { disposalsBegunSince } from "./later-entries.js";
import type { LedgerFacts, SealedPackage } from "./ledger-facts.js";

/** `structure`: signatures, chain, names and sizes; `content`: every byte; `deep`: everything derived and counted again. */
export type AuditLevel = "structure" | "content" | "deep";

export interface VerifyOptions {
  readonly level: AuditLevel;
  /** Limits the packages that are opened, not the ledger, which is always checked whole. */
  readonly from?: UtcDay;
  readonly to?: UtcDay;
  /** The level holds for these days alone; the others are checked at `structure`. */
  readonly sample?: Sample;
  /** Of the archive part of a bag: other days are absent on purpose. */
  readonly scope?: BagScope;
  /** SPKI PEM texts: when given, only these may have signed the newest head. */
  readonly keys?: readonly string[];
  /** Heads that the auditor kept elsewhere. */
  readonly heads?: readonly Head[];
  /** What the auditor demands of witnesses. */
  readonly anchors?: AnchorDemands;
  /** A new, empty set that sorts a day's record lines in bounded memory, for `content` and `deep`. */
  readonly openEventSet: () => EventSet;
  /** Has OpenSSH check the signature of a statement. */
  readonly signatureProblem: SignatureCheck;
  readonly signal: AbortSignal;
  /** Gets every entry that a hash vouches for, the newest first. */
  readonly onEntry?: (entry: LedgerEntry) => void;
  /** Before each package: how many were done, of how many. */
  readonly progress?: (done: number, total: number, day: UtcDay) => void;
}

export interface AuditResult {
  readonly level: AuditLevel;
  /** Undefined when `archive.json` itself cannot be used. */
  readonly identity: ArchiveIdentity | undefined;
  /** What the ledger says; undefined when no head can be trusted. */
  readonly facts: LedgerFacts | undefined;
  /** The first thousand, in the order of the checks. */
  readonly findings: readonly Finding[];
  /** All of them. */
  readonly counts: Readonly<Record<Severity, number>>;
  readonly keys: readonly KeyFingerprint[];
  /** The newest head that each witness cosigned: of those that the auditor trusts, or of those that the archive names. */
  readonly witnessed: readonly WitnessedHead[];
  /** Sizes of the heads kept elsewhere that are of this archive; what contradicts one is a finding. */
  readonly keptHeads: readonly number[];
  /** Packages opened. */
  readonly packages: number;
  /** First and last day of the packages opened; undefined when there was none. */
  readonly found?: DayRange;
  /** Days of the range asked for that the ledger does not name; none without a range. */
  readonly absent: readonly UtcDay[];
  /** Days of the range asked for, or of all, that are recorded as lost. */
  readonly lost: readonly UtcDay[];
  /** The days that the sample drew; undefined without one. */
  readonly sampled?: readonly UtcDay[];
  /** Of a bag: the days that the ledger names and the bag leaves out on purpose; undefined for a whole archive. */
  readonly outside?: readonly UtcDay[];
}

/**
 * Checks an archive against itself by docs/FORMAT.md section 11: everything is recomputed, nothing is believed, and nothing
 * is parsed before a hash or signature vouches for it. Damage is findings, not an error. Throws ARCHIVE_NOT_FOUND where
 * there is nothing, KEY_NOT_FOUND without a usable key, NOTHING_IN_RANGE when there was nothing to check and no damage to report,
 * and what the way to the archive throws.
 */
export async function verifyArchive(reader: ArchiveSource, options: VerifyOptions): Promise<AuditResult> {
  const audit: Audit = {
    reader,
    found: new FindingList(),
    signal: options.signal,
    onEntry: options.onEntry,
    scope: options.scope,
  };
  const identity = await checkIdentity(audit);
  if (identity === undefined) return resultOf(audit, options, { packages: 0 });
  const keys = await readKeys(audit, identity.origin, options.keys ?? []);
  if (keys === undefined) return resultOf(audit, options, { identity, packages: 0 });
  const ledger = await checkLedger(audit, identity.origin, keys, options.heads ?? []);
  if (ledger === undefined)
    return resultOf(audit, options, { identity, keys: keys.fingerprints, packages: 0 });
  const { facts } = ledger;
  const context = { identity, keys };
  await checkPinned(audit, facts);
  const witnessed = await checkAnchors(audit, identity.origin, ledger, options);
  await new ActsCheck(audit, facts.retention, identity.archiveId, options.signatureProblem).run();
  const named = [...facts.packages.values()];
  if (options.scope !== undefined) checkScope(audit, identity, named);
  const packages = named.filter(({ day }) => isInRange(day, options) && isExpected(audit, day));
  if (packages.length === 0 && audit.found.counts.damage === 0) throw nothingInRange(options);
  const sampled = await checkPackages(audit, packages, { context, facts, options });
  await checkForeign(audit, context, facts);
  const days = packages.map(({ day }) => day).toSorted();
  const [first, last] = [days[0], days.at(-1)];
  return resultOf(audit, options, {
    identity,
    facts,
    keys: keys.fingerprints,
    witnessed,
    packages: packages.length,
    ...(first === undefined || last === undefined ? {} : { found: { from: first, to: last } }),
    absent: absentDays(new Set(days), facts, options),
    lost: [...facts.lost.keys()]
      .filter((day) => isInRange(day, options) && isExpected(audit, day))
      .toSorted(),
    ...(sampled === undefined ? {} : { sampled }),
    ...(options.scope === undefined ? {} : { outside: outsideOf(audit, named) }),
  });
}

/** The days of the sample; undefined without one. */
async function checkPackages(
  audit: Audit,
  packages: readonly SealedPackage[],
  known: Known,
): Promise<readonly UtcDay[] | undefined> {
  const { options } = known;
  const days = packages.map(({ day }) => day);
  const sampled = options.sample && drawSample(days, options.sample);
  const drawn = sampled && new Set(sampled);
  for (const [index, sealed] of packages.entries()) {
    options.progress?.(index, packages.length, sealed.day);
    const level = drawn?.has(sealed.day) === false ? "structure" : options.level;
    await checkOne(audit, sealed, { ...known, options: { ...options, level } });
  }
  return sampled;
}

/** `bag.json` is not signed: what it says must fit the ledger. */
function checkScope(audit: Audit, { archiveId }: ArchiveIdentity, named: readonly SealedPackage[]): void {
  const revisions = named.filter(({ day }) => isExpected(audit, day)).length;
  const { scope } = audit;
  audit.found.expect("BAG_SCOPE_WRONG", {
    subject: BAG_SCOPE,
    found: `archive ${scope?.archive_id ?? ""}, ${scope?.revisions ?? 0} revisions`,
    expected: `archive ${archiveId}, ${revisions} revisions`,
  });
}

function outsideOf(audit: Audit, named: readonly SealedPackage[]): readonly UtcDay[] {
  const days = new Set(named.map(({ day }) => day).filter((day) => !isExpected(audit, day)));
  return [...days].toSorted();
}

/** Whether anything is missing or altered. Gaps are no damage: `absent` and `lost` name them. */
export function isWhole({ counts }: Pick<AuditResult, "counts">): boolean {
  return counts.damage + counts.incomplete === 0;
}

function absentDays(
  held: ReadonlySet<UtcDay>,
  { lost }: LedgerFacts,
  { from, to, scope }: VerifyOptions,
): readonly UtcDay[] {
  const all = [...held, ...lost.keys()].toSorted();
  const [first, last] = [from ?? all[0], to ?? all.at(-1)];
  if ((from === undefined && to === undefined) || first === undefined || last === undefined) return [];
  return eachDay(first, last).filter((day) => !held.has(day) && !lost.has(day) && isExpected({ scope }, day));
}

function nothingInRange({ from, to }: VerifyOptions): DaybookError {
  return new DaybookError("NOTHING_IN_RANGE", {
    message: `${from ?? "start"} to ${to ?? "end"}: found no sealed day, expected one at least`,
  });
}

interface Known {
  readonly context: PackageContext;
  readonly facts: LedgerFacts;
  readonly options: VerifyOptions;
}

/** Checks a package, unless its destruction began meanwhile: what is missing then is no damage. */
async function checkOne(audit: Audit, sealed: SealedPackage, known: Known): Promise<void> {
  const found = new FindingList();
  await checkAsKnown({ ...audit, found }, sealed, known);
  const { context, facts } = known;
  if (found.counts.damage === 0 || !(await disposalsBegunSince(audit, context, facts)).has(sealed.day)) {
    audit.found.addAll(found);
    return;
  }
  audit.found.add("HEAD_BEHIND", {
    subject: packagePath(sealed.day, sealed.revision),
    found: "a destruction that began since the head was read",
    expected: "the head that was checked",
    day: sealed.day,
  });
}

async function checkAsKnown(
  audit: Audit,
  sealed: SealedPackage,
  { context, facts, options }: Known,
): Promise<void> {
  const { retention } = facts;
  const disposed = retention.tombstones.get(packagePath(sealed.day, sealed.revision));
  if (disposed !== undefined) return checkTombstone(audit, context, sealed, disposed);
  const disposal = retention.disposals.get(sealed.day);
  if (disposal !== undefined) return checkUnfinished(audit, context, sealed, disposal.begun.plan);
  const manifest = await checkPackage(audit, context, sealed);
  if (manifest === undefined) return;
  switch (options.level) {
    case "structure":
      return;
    case "content":
      return checkContent(audit, manifest, { ...options, visitorFor: () => undefined });
    case "deep":
      return checkDeep(audit, manifest, options);
    default:
      options.level satisfies never;
  }
}

async function checkDeep(audit: Audit, manifest: Manifest, options: VerifyOptions): Promise<void> {
  let deep: DeepCheck | undefined;
  await checkContent(audit, manifest, {
    openEventSet: options.openEventSet,
    visitorFor: (reading) => (deep = new DeepCheck(audit, manifest, reading)),
  });
  await deep?.finish();
}

function resultOf(
  { found }: Audit,
  { level, heads = [] }: VerifyOptions,
  seen: Pick<AuditResult, "packages"> & Partial<AuditResult>,
): AuditResult {
  return {
    level,
    identity: undefined,
    facts: undefined,
    keys: [],
    witnessed: [],
    absent: [],
    lost: [],
    keptHeads: heads.filter(({ origin }) => origin === seen.identity?.origin).map(({ size }) => size),
    ...seen,
    findings: found.kept,
    counts: found.counts,
  };
}
