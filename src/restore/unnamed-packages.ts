import { damagedBy } from "../archive/flaw.js";
import type { Flaw } from "../archive/flaw.js";
import { PackageCheck } from "../archive/package-check.js";
import type { SealedDay } from "../archive/sealed-package.js";
import { storeSource } from "../archive/source.js";
import type { ArchiveSource } from "../archive/source.js";
import { sealedAs } from "../ledger/local-packages.js";
import type { LedgerContent } from "../ledger/read-ledger.js";
import { packagePath } from "../model/manifest.js";
import type { UtcDay } from "../model/utc-day.js";
import type { LeftOut, LedgerOrigin } from "./fetch-ledger.js";

/** Packages in a sink that no ledger entry there names: on their way when the host was lost, or put there by somebody. */
export interface UnnamedPackages {
  /** With a manifest that a key of the archive signed: the next start commits those that follow its newest entry. */
  readonly signed: readonly SealedDay[];
  readonly leftOut: readonly LeftOut[];
}

/** Searches the days that the source still serves: older ones were delivered long ago. */
export async function findUnnamedPackages(
  { store, tenant }: LedgerOrigin,
  days: readonly UtcDay[],
  { index, keys }: LedgerContent,
  signal: AbortSignal,
): Promise<UnnamedPackages> {
  const source = storeSource(store, tenant);
  const signed: SealedDay[] = [];
  const leftOut: LeftOut[] = [];
  for (const day of days) {
    for (const revision of await revisionsIn(source, day, signal)) {
      if (sealedAs(index, { day, revision }) !== undefined) continue;
      const flaws: Flaw[] = [];
      const report = (flaw: Flaw): void => void flaws.push(flaw);
      const found = await new PackageCheck({ source, keys, day, revision, report, signal }).manifest();
      for (const flaw of flaws.slice(0, 1))
        leftOut.push({ path: packagePath(day, revision), reason: damagedBy(flaw).message });
      if (found !== undefined && flaws.length === 0)
        signed.push({ day, revision, manifestSha256: found.sha256 });
    }
  }
  return { signed, leftOut };
}

/** Another name is not the archive's; `verify` reports it. */
async function revisionsIn(
  source: ArchiveSource,
  day: UtcDay,
  signal: AbortSignal,
): Promise<readonly number[]> {
  const folder = `days/${day.replaceAll("-", "/")}/`;
  const revisions = new Set<number>();
  for await (const path of source.list(folder, signal)) {
    const name = path.slice(folder.length).split("/", 1)[0] ?? "";
    const revision = Number(name.slice(1));
    if (packagePath(day, revision) === `${folder}${name}`) revisions.add(revision);
  }
  return [...revisions];
}
