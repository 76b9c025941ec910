import { join } from "node:path";
import type { Files } from "../io/files.js";
import { packagePath } from "../model/manifest.js";
import { parseUtcDay } from "../model/utc-day.js";
import type { UtcDay } from "../model/utc-day.js";
import type { DayIndex, SealedRevision } from "./day-index.js";

/** A day package in an archive's folder. */
export interface LocalPackage {
  readonly day: UtcDay;
  readonly revision: number;
  /** Below the archive's folder. */
  readonly path: string;
}

/** The packages in `root`, oldest first; what else lies there is not ours to move, and `verify` names it. */
export async function findPackages(files: Files, root: string): Promise<readonly LocalPackage[]> {
  const found: LocalPackage[] = [];
  for (const year of await foldersIn(files, join(root, "days"))) {
    for (const month of await foldersIn(files, join(root, "days", year))) {
      for (const date of await foldersIn(files, join(root, "days", year, month))) {
        for (const name of await files.list(join(root, "days", year, month, date))) {
          const day = parseUtcDay(`${year}-${month}-${date}`);
          const path = `days/${year}/${month}/${date}/${name}`;
          const revision = Number(name.slice(1));
          if (day !== undefined && path === packagePath(day, revision)) found.push({ day, revision, path });
        }
      }
    }
  }
  return found;
}

/** Of years, months and days: their names are numbers. */
async function foldersIn(files: Files, folder: string): Promise<readonly string[]> {
  return (await files.list(folder)).filter((name) => /^\d+$/.test(name));
}

/** As the ledger has it; undefined for a package without an entry. */
export function sealedAs(
  { days }: DayIndex,
  { day, revision }: Pick<LocalPackage, "day" | "revision">,
): SealedRevision | undefined {
  return days.get(day)?.revisions.find((sealed) => sealed.revision === revision);
}
