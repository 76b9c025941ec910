import { join } from "node:path";
import type { Files } from "../io/files.js";
import type { DayIndex } from "../ledger/day-index.js";
import { prunePackage } from "../ledger/prune-package.js";
import { packagePath } from "../model/manifest.js";
import type { UtcDay } from "../model/utc-day.js";
import type { SealedDay } from "../plugin/sealed-package.js";
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
  const { files, root } = settings;
  const pruned: SealedDay[] = [];
  for (const sealed of prunable(index, settings)) {
    signal.throwIfAborted();
    const isHere = (await files.stat(join(root, packagePath(sealed.day, sealed.revision)))) !== undefined;
    if (!isHere || !(await isHeldByAll(sealed, settings.targets, signal))) continue;
    await prunePackage(files, root, sealed.day, sealed.revision);
    pruned.push(sealed);
  }
  return pruned;
}

function prunable(index: DayIndex, { targets, isClosed }: PruneSettings): readonly SealedDay[] {
  if (!targets.some(({ kind }) => kind === "record")) return [];
  return [...index.days.values()]
    .filter(({ day, revisions, deliveries }) => {
      const newest = revisions.at(-1)?.revision ?? 0;
      return isClosed(day) && targets.every(({ name }) => (deliveries.get(name)?.revision ?? 0) >= newest);
    })
    .flatMap(({ day, revisions }) =>
      revisions
        .filter(({ tombstoneSha256 }) => tombstoneSha256 === undefined)
        .map(({ revision, manifestSha256 }) => ({ day, revision, manifestSha256 })),
    );
}

async function isHeldByAll(
  sealed: SealedDay,
  targets: readonly Target[],
  signal: AbortSignal,
): Promise<boolean> {
  for (const target of targets) {
    if (target.kind === "record" && !(await target.sink.hasPackage(sealed, signal))) return false;
  }
  return true;
}
