import type { Files } from "../io/files.js";
import type { DayIndex } from "../ledger/day-index.js";
import { findPackages, sealedAs } from "../ledger/local-packages.js";
import { prunePackage } from "../ledger/prune-package.js";
import { isDaybookError } from "../model/errors.js";
import type { UtcDay } from "../model/utc-day.js";
import type { SealedDay } from "../archive/sealed-package.js";
import type { Target } from "./deliver-day.js";

export interface PruneSettings {
  readonly files: Files;
  /** The tenant's state folder. */
  readonly root: string;
  readonly targets: readonly Target[];
  /** Whether all re-readings of the day are done or no longer possible. */
  readonly isClosed: (day: UtcDay) => boolean;
}

/**
 * Removes from the state folder the packages of closed days that every sink has confirmed and every record sink, asked now,
 * still has. Gives what it removed. With no record sink nothing is ever removed.
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
    if (sealed === undefined || !(await isHeldByAll(sealed, targets, signal))) continue;
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
  if (record === undefined || sealed === undefined || sealed.tombstoneSha256 !== undefined) return undefined;
  const newest = record.revisions.at(-1)?.revision ?? 0;
  const isEverywhere = targets.every(({ name }) => (record.deliveries.get(name)?.revision ?? 0) >= newest);
  return isEverywhere && isClosed(day) ? { day, revision, manifestSha256: sealed.manifestSha256 } : undefined;
}

async function isHeldByAll(
  sealed: SealedDay,
  targets: readonly Target[],
  signal: AbortSignal,
): Promise<boolean> {
  for (const target of targets) {
    if (target.kind === "record" && !(await isHeldBy(target.sink, sealed, signal))) return false;
  }
  return true;
}

/** A sink that does not answer now is asked again by the next pass; until then the package stays. */
async function isHeldBy(
  sink: Extract<Target, { readonly kind: "record" }>["sink"],
  sealed: SealedDay,
  signal: AbortSignal,
): Promise<boolean> {
  try {
    return await sink.hasPackage(sealed, signal);
  } catch (error) {
    signal.throwIfAborted();
    if (!isDaybookError(error)) throw error;
    return false;
  }
}
