import { PackageFiles } from "../archive/package-files.js";
import { readManifest } from "../archive/sealed-package.js";
import type { SealedDay } from "../archive/sealed-package.js";
import type { HeldDays, HeldRevision } from "../archive/held-days.js";
import type { ArchiveSource } from "../archive/source.js";
import { readFacts } from "../audit/read-facts.js";
import { packagePath } from "../model/manifest.js";
import type { DayRange, UtcDay } from "../model/utc-day.js";
import type { HeldTenant } from "./read-only-tenant.js";

/** The own archive: the state folder's ledger, and packages from wherever they can be read. */
export function ownDays(held: HeldTenant, signal: AbortSignal): HeldDays {
  const { index, identity, ledger, stateOf } = held;
  const named = [...index.days.values()].toSorted((a, b) => (a.day < b.day ? -1 : 1));
  const newest = named.flatMap(({ day, revisions, disposing }) => {
    const last = revisions.at(-1);
    return last === undefined || disposing !== undefined
      ? []
      : [{ day, revision: last.revision, manifestSha256: last.manifestSha256 }];
  });
  return {
    identity,
    head: { size: ledger.size, lastHash: ledger.lastHash },
    range: rangeOf(named.map(({ day }) => day)),
    stateOf,
    newest: new Map(newest.map((sealed) => [sealed.day, sealed])),
    read: async (sealed) =>
      readRevision(await held.packageSource(sealed.day, sealed.revision), sealed, signal),
  };
}

/** An archive in a sink or a folder, by itself alone. ARCHIVE_DAMAGED when its ledger is not whole. */
export async function daysOf(source: ArchiveSource, signal: AbortSignal): Promise<HeldDays> {
  const { identity, facts } = await readFacts(source, signal);
  const { packages, lost, retention, head } = facts;
  // In ledger order, so that the last one of each day is the newest.
  const last = new Map<UtcDay, SealedDay>([...packages.values()].map((sealed) => [sealed.day, sealed]));
  const days = [...new Set([...last.keys(), ...lost.keys()])].toSorted();
  const newest = new Map(
    days.flatMap((day) => {
      const sealed = last.get(day);
      return sealed === undefined || retention.disposals.has(day) ? [] : [[day, sealed] as const];
    }),
  );
  const range = rangeOf(days);
  return {
    identity,
    head: { size: head.size, lastHash: head.lastHash },
    range,
    stateOf: (day) => {
      if (newest.has(day)) return "sealed";
      if (lost.has(day)) return "lost";
      if (retention.disposals.has(day))
        return retention.tombstones.has(packagePath(day, 1)) ? "disposed" : "disposing";
      if (range === undefined || day < range.from) return "before";
      return day > range.to ? "open" : "gap";
    },
    newest,
    read: (sealed) => readRevision(source, sealed, signal),
  };
}

async function readRevision(
  source: ArchiveSource,
  sealed: SealedDay,
  signal: AbortSignal,
): Promise<HeldRevision> {
  const manifest = await readManifest(source, sealed, signal);
  return { manifest, files: new PackageFiles(source, manifest, signal) };
}

function rangeOf(days: readonly UtcDay[]): DayRange | undefined {
  const [from, to] = [days[0], days.at(-1)];
  return from === undefined || to === undefined ? undefined : { from, to };
}
