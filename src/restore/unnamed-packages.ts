import type { DayIndex } from "../ledger/day-index.js";
import { sealedAs } from "../ledger/local-packages.js";
import { packagePath } from "../model/manifest.js";
import type { UtcDay } from "../model/utc-day.js";
import { MANIFEST } from "../archive/layout.js";
import { storeSource } from "../archive/source.js";
import type { ArchiveSource } from "../archive/source.js";
import type { LedgerOrigin } from "./fetch-ledger.js";

/** Packages in a sink that no ledger entry there names: on their way when the host was lost. */
export interface UnnamedPackages {
  /** With a manifest, which is put last: the next start commits those that fit. */
  readonly whole: readonly { readonly day: UtcDay; readonly revision: number }[];
  /** Begun and never finished; the paths in the sink. */
  readonly unfinished: readonly string[];
}

/** Looks at the days that the source still serves: what is older was delivered long ago. */
export async function findUnnamedPackages(
  { store, tenant }: LedgerOrigin,
  days: readonly UtcDay[],
  index: DayIndex,
  signal: AbortSignal,
): Promise<UnnamedPackages> {
  const source = storeSource(store, tenant);
  const whole: { readonly day: UtcDay; readonly revision: number }[] = [];
  const unfinished: string[] = [];
  for (const day of days) {
    for (const name of await namesIn(source, `days/${day.replaceAll("-", "/")}/`, signal)) {
      const revision = Number(name.slice(1));
      const path = packagePath(day, revision);
      // Another name is not ours; `verify` tells of it.
      if (!path.endsWith(`/${name}`) || sealedAs(index, { day, revision }) !== undefined) continue;
      if ((await source.stat(`${path}/${MANIFEST}`, signal)) === undefined)
        unfinished.push(`${tenant}/${path}`);
      else whole.push({ day, revision });
    }
  }
  return { whole, unfinished };
}

/** What lies in a folder, files and folders alike. */
async function namesIn(
  source: ArchiveSource,
  folder: string,
  signal: AbortSignal,
): Promise<ReadonlySet<string>> {
  const names = new Set<string>();
  for await (const path of source.list(folder, signal))
    names.add(path.slice(folder.length).split("/", 1)[0] ?? "");
  return names;
}
