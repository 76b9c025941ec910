import { join } from "node:path";
import type { Files } from "../io/files.js";
import type { DayIndex } from "../ledger/day-index.js";
import { findPackages, sealedAs } from "../ledger/local-packages.js";
import { prunePackage } from "../ledger/prune-package.js";
import { isDaybookError } from "../model/errors.js";
import { packagePath } from "../model/manifest.js";
import type { UtcDay } from "../model/utc-day.js";
import type { SealedDay } from "../archive/sealed-package.js";
import type { Target } from "./deliver-day.js";
import type { RecordSink } from "./record-sink.js";
import { readBack } from "./sink-fixity.js";

export interface PruneSettings {
  readonly files: Files;
  /** The tenant's state folder. */
  readonly root: string;
  readonly targets: readonly Target[];
  /** Whether all re-readings of the day are done or no longer possible. */
  readonly isClosed: (day: UtcDay) => boolean;
}

/**
 * Removes from the state folder the packages of closed days that every sink has confirmed and every record sink still holds;
 * one of them is read back in full first. Returns what it removed. Without a record sink it removes nothing.
 */
export async function pruneDelivered(
  index: DayIndex,
  settings: PruneSettings,
  signal: AbortSignal,
): Promise<readonly SealedDay[]> {
  const { files, root, targets } = settings;
  if (!targets.some(({ kind }) => kind === "record")) return [];
  const pruned: SealedDay[] = [];
  for (const { day, revision } of await findPackages(files, root)) {
    signal.throwIfAborted();
    const sealed = prunable(index, day, revision, settings);
    if (sealed === undefined || !(await isHeldByAll(sealed, settings, signal))) continue;
    await prunePackage(files, root, day, revision);
    pruned.push(sealed);
  }
  return pruned;
}

function prunable(
  index: DayIndex,
  day: UtcDay,
  revision: number,
  { targets, isClosed }: PruneSettings,
): SealedDay | undefined {
  const record = index.days.get(day);
  const sealed = sealedAs(index, { day, revision });
  if (record === undefined || sealed === undefined || record.disposing !== undefined) return undefined;
  const newest = record.revisions.at(-1)?.revision ?? 0;
  const isEverywhere = targets.every(({ name }) => (record.deliveries.get(name)?.revision ?? 0) >= newest);
  return isEverywhere && isClosed(day) ? { day, revision, manifestSha256: sealed.manifestSha256 } : undefined;
}

/** Whether every record sink has the package as files of its own, and one of them returns every byte of it now. */
async function isHeldByAll(
  sealed: SealedDay,
  { targets, files, root }: PruneSettings,
  signal: AbortSignal,
): Promise<boolean> {
  const sinks = targets.flatMap((target) => (target.kind === "record" ? [target.sink] : []));
  try {
    for (const sink of sinks) {
      if (!(await sink.hasPackage(sealed, signal))) return false;
      if (await isSamePackage(sealed, sink.folder, { files, root })) return false;
    }
    return await isReadBack(sealed, sinks, signal);
  } catch (error) {
    signal.throwIfAborted();
    // The next pass tries again a sink that does not answer; until then the package stays.
    if (!isDaybookError(error)) throw error;
    return false;
  }
}

/** Whether a file of the sink's package and one of the state folder's are the same file under two names. */
async function isSamePackage(
  sealed: SealedDay,
  folder: string | undefined,
  { files, root }: Pick<PruneSettings, "files" | "root">,
): Promise<boolean> {
  if (folder === undefined) return false;
  const path = packagePath(sealed.day, sealed.revision);
  for (const name of await files.list(join(root, path))) {
    const [own, copy] = [
      await files.stat(join(root, path, name)),
      await files.target(join(folder, path, name)),
    ];
    if (own !== undefined && own.id === copy?.id) return true;
  }
  return false;
}

async function isReadBack(
  sealed: SealedDay,
  sinks: readonly RecordSink[],
  signal: AbortSignal,
): Promise<boolean> {
  for (const { source } of sinks) {
    if ((await readBack(sealed, source, signal)).length === 0) return true;
  }
  return false;
}
