import { dirname, join } from "node:path";
import type { Files } from "../io/files.js";
import { packagePath, revisionName } from "../model/manifest.js";
import type { UtcDay } from "../model/utc-day.js";

/**
 * Removes a delivered day package from the state folder. It leaves `days/` whole in one step: half a package would be
 * taken for damage at the next start. What a crash leaves in `staging/` is removed there, and an empty
 * folder of a day is harmless.
 */
export async function prunePackage(files: Files, root: string, day: UtcDay, revision: number): Promise<void> {
  const folder = join(root, packagePath(day, revision));
  const leaving = join(root, "staging", `pruned-${day}-${revisionName(revision)}`);
  await files.rename(folder, leaving);
  await files.syncFolder(dirname(folder));
  await files.removeTree(leaving);
  await removeEmpty(files, dirname(folder), root);
}

/** Years of empty folders would be gone through at each start. */
async function removeEmpty(files: Files, folder: string, root: string): Promise<void> {
  if (folder === join(root, "days") || (await files.list(folder)).length > 0) return;
  await files.removeTree(folder);
  await removeEmpty(files, dirname(folder), root);
}
