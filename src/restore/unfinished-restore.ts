import { join } from "node:path";
import type { Files } from "../io/files.js";
import { DaybookError } from "../model/errors.js";
import { RESTORE_FOLDER } from "./restored-tree.js";

/** ARCHIVE_DAMAGED when a restore into the tenant's folder has begun and not ended: no archive may start there. */
export async function refuseUnfinishedRestore(files: Files, root: string): Promise<void> {
  const folder = join(root, RESTORE_FOLDER);
  if ((await files.stat(folder)) === undefined) return;
  throw new DaybookError("ARCHIVE_DAMAGED", {
    message: `${folder}: found an unfinished restore, expected none`,
    hint: "run `daybook restore` again: it finishes what it began",
  });
}
