import { dirname, join } from "node:path";
import { probeDisk } from "../io/disk-probe.js";
import type { Files } from "../io/files.js";
import { findPackages } from "../ledger/local-packages.js";
import { readArchive } from "../ledger/open-archive.js";
import { DaybookError, isDaybookError } from "../model/errors.js";
import { packagePath } from "../model/manifest.js";
import type { UtcDay } from "../model/utc-day.js";
import type { SealedDay } from "../archive/sealed-package.js";
import { folderSource } from "../archive/folder-source.js";
import type { Head } from "../archive/head.js";
import { headOf } from "../ledger/read-ledger.js";
import { forgetBeyond } from "../ledger/signed-head.js";
import { fetchLedger } from "./fetch-ledger.js";
import type { FetchedLedger, LedgerOrigin, LeftOut } from "./fetch-ledger.js";
import { fetchNamed } from "./fetch-named.js";
import { fetchPackage } from "./fetch-package.js";
import { compareOtherSinks } from "./other-sinks.js";
import { RestoredTree } from "./restored-tree.js";
import { findUnnamedPackages } from "./unnamed-packages.js";

export interface RestoreOptions {
  readonly files: Files;
  /** The tenant's folder in the state folder. */
  readonly root: string;
  readonly tenantId: string;
  readonly from: LedgerOrigin;
  /** The other record sinks of the tenant. */
  readonly others: readonly LedgerOrigin[];
  /** The days that the source still serves: their packages are needed, as the next readings are compared with them. */
  readonly readableDays: readonly UtcDay[];
  /** Reads and proves everything, and puts nothing in place. */
  readonly dryRun: boolean;
  readonly progress: (what: "ledger files" | "packages", done: number, total: number) => void;
}

export interface Restored {
  readonly archiveId: string;
  /** `daybook/<archive id>` */
  readonly origin: string;
  readonly entries: number;
  /** Packages in the state folder; older ones stay in the sinks. */
  readonly packages: number;
  readonly keyIds: readonly string[];
  /** Whole packages that no entry named; the next start commits them. */
  readonly uncommitted: readonly string[];
  /** What no signature vouches for, or was begun: it stays in the sink, in the way of what is written there next. */
  readonly leftOut: readonly LeftOut[];
  /** For people: what a restore could not see. */
  readonly notes: readonly string[];
}

/**
 * Rebuilds the state folder of a tenant from one of its record sinks. Nothing is overwritten, everything is proved before it
 * is put in place, and a restore that was interrupted is finished by the next. ARCHIVE_EXISTS, ARCHIVE_NOT_FOUND,
 * ARCHIVE_DAMAGED, ARCHIVE_FORKED, ARCHIVE_LOCKED, SINK_BEHIND, CONFIG_INVALID for another tenant's archive, SINK_*, DISK_*.
 */
export async function restoreArchive(options: RestoreOptions, signal: AbortSignal): Promise<Restored> {
  const { files, root, dryRun } = options;
  await files.makeFolder(root);
  await files.syncFolder(dirname(root));
  const unlock = await files.lock(join(root, "lock"));
  try {
    await probeDisk(files, root);
    const tree = new RestoredTree(files, root);
    if (await tree.isWhole()) return await finish(options, tree, signal);
    const { restored, head } = await buildOrStartAnew(options, tree, signal);
    if (dryRun) {
      await tree.discard();
      return restored;
    }
    const notes = await forgottenHead(options, head);
    await tree.putInPlace();
    return { ...restored, notes: [...restored.notes, ...notes] };
  } finally {
    unlock();
  }
}

/** An earlier restore was interrupted while it moved the archive into place. */
async function finish(
  { files, root, dryRun }: RestoreOptions,
  tree: RestoredTree,
  signal: AbortSignal,
): Promise<Restored> {
  if (dryRun) {
    throw new DaybookError("ARCHIVE_EXISTS", {
      message: `${root}: found a restore that is whole and only has to be put in place, expected none for --dry-run`,
      hint: "run it without --dry-run: it finishes at once",
    });
  }
  await tree.putInPlace();
  const { identity, ledger } = await readArchive(files, root, signal);
  const notes = ["an earlier restore was finished; the next start records what it left out"];
  return {
    ...(await described(files, root, { identity, ledger, leftOut: [] })),
    uncommitted: [],
    leftOut: [],
    notes,
  };
}

interface Built {
  readonly restored: Restored;
  /** The head of the restored ledger's size. */
  readonly head: Head;
}

/** What an earlier attempt brought, maybe from another sink, may not fit this one: then everything is read once more. */
async function buildOrStartAnew(
  options: RestoreOptions,
  tree: RestoredTree,
  signal: AbortSignal,
): Promise<Built> {
  for (;;) {
    const isContinued = await tree.begin();
    try {
      return await build(options, tree, signal);
    } catch (error) {
      if (!isDaybookError(error) || error.kind !== "integrity") throw error;
      // Files that do not fit together are discarded.
      await tree.discard();
      if (!isContinued) throw error;
    }
  }
}

async function build(options: RestoreOptions, tree: RestoredTree, signal: AbortSignal): Promise<Built> {
  const { files, from, others, readableDays, tenantId, progress } = options;
  const note = (done: number, total: number): void => progress("ledger files", done, total);
  const fetched = await fetchLedger({ from, files, tree, tenantId, progress: note }, signal);
  const { ledger } = fetched;
  const compared = await compareOtherSinks(
    { from, others, archive: folderSource(files, tree.root), ledger },
    signal,
  );
  const origins = [from, ...others];
  const notes = await fromAny(
    origins,
    (origin) => fetchNamed({ from: origin, files, tree, ledger }, signal),
    signal,
  );
  const needed = neededPackages(fetched, new Set(readableDays));
  for (const [number, one] of needed.entries()) {
    signal.throwIfAborted();
    progress("packages", number, needed.length);
    const fetch = { files, tree, keys: ledger.keys };
    notes.push(
      ...(await fromAny(origins, (origin) => fetchPackage({ from: origin, ...fetch }, one, signal), signal)),
    );
  }
  const unnamed = await fetchUnnamed(options, tree, fetched, signal);
  const leftOut = [...fetched.leftOut, ...unnamed.leftOut];
  if (leftOut.length > 0) await tree.noteLeftOut(leftOut.map(({ path }) => ({ sink: from.name, path })));
  const restored = {
    ...(await described(files, tree.root, fetched)),
    uncommitted: unnamed.uncommitted,
    leftOut,
    notes: [...beyondHead(fetched), ...compared, ...notes],
  };
  return { restored, head: headOf(fetched.identity.origin, ledger) };
}

/** The key may have signed more than the sinks have. Then it goes on from here, and whoever kept the later heads must know. */
async function forgottenHead({ files, root }: RestoreOptions, head: Head): Promise<readonly string[]> {
  const known = await forgetBeyond(files, dirname(root), head);
  if (known === undefined) return [];
  return [
    `the key had signed a head of size ${known.size}, and the restored ledger has ${head.size} entries: what came after them is lost, and a head of a larger size that was kept elsewhere will contradict this archive`,
  ];
}

/**
 * Brings something from the first sink that has it whole: the ledger names it by its hash, so no sink needs to be believed.
 * Returns, for people, why it did not come from the sinks before. Throws the first sink's error when none has it.
 */
async function fromAny(
  origins: readonly LedgerOrigin[],
  bring: (origin: LedgerOrigin) => Promise<void>,
  signal: AbortSignal,
): Promise<string[]> {
  const failures: DaybookError[] = [];
  for (const origin of origins) {
    try {
      await bring(origin);
      return failures.map(({ message, code }) => `brought from ${origin.name} instead: ${message} (${code})`);
    } catch (error) {
      signal.throwIfAborted();
      if (!isDaybookError(error) || !(error.area === "sink" || error.kind === "integrity")) throw error;
      failures.push(error);
    }
  }
  throw failures[0] ?? new TypeError("no sink to restore from");
}

/** Packages that were being delivered when the host was lost. The rest is restored even if one of them is not whole. */
async function fetchUnnamed(
  { files, from, readableDays }: RestoreOptions,
  tree: RestoredTree,
  { ledger }: FetchedLedger,
  signal: AbortSignal,
): Promise<Pick<Restored, "uncommitted" | "leftOut">> {
  const { signed, leftOut } = await findUnnamedPackages(from, readableDays, ledger, signal);
  const uncommitted: string[] = [];
  const damaged: LeftOut[] = [];
  for (const sealed of signed) {
    const path = packagePath(sealed.day, sealed.revision);
    try {
      await fetchPackage({ from, files, tree, keys: ledger.keys }, sealed, signal);
      uncommitted.push(path);
    } catch (error) {
      if (!isDaybookError(error, "ARCHIVE_DAMAGED")) throw error;
      damaged.push({ path, reason: error.message });
    }
  }
  return { uncommitted, leftOut: [...leftOut, ...damaged] };
}

/** Of days that are read again, and those that no sink has confirmed: the state folder alone answers for these. */
function neededPackages({ ledger }: FetchedLedger, readable: ReadonlySet<UtcDay>): readonly SealedDay[] {
  return [...ledger.index.days.values()].flatMap(({ day, revisions, disposing }) =>
    revisions
      .filter(({ isDelivered }) => readable.has(day) || isDelivered !== true)
      .filter(() => disposing === undefined)
      .map(({ revision, manifestSha256 }) => ({ day, revision, manifestSha256 })),
  );
}

async function described(
  files: Files,
  root: string,
  { identity, ledger }: FetchedLedger,
): Promise<Pick<Restored, "archiveId" | "origin" | "entries" | "packages" | "keyIds">> {
  const { archiveId, origin } = identity;
  const packages = (await findPackages(files, root)).length;
  return { archiveId, origin, entries: ledger.size, packages, keyIds: ledger.keys.ids };
}

function beyondHead({ ledger: { size, headSize } }: FetchedLedger): readonly string[] {
  if (headSize === size) return [];
  return [
    `entry ${size - 1} has no head yet; this archive's key has signed it, so the next start completes it`,
  ];
}
