import { join } from "node:path";
import { DaybookError, isDaybookError, messageOf } from "../model/errors.js";
import type { Files } from "./files.js";

/**
 * Refuses a file system on which the protocol of the archive does not hold: DISK_UNSUITABLE without hard links that never
 * replace, or with names that ignore case. `folder` exists; nothing is left in it.
 */
export async function probeDisk(files: Files, folder: string): Promise<void> {
  const probe = join(folder, ".disk-probe");
  await files.removeTree(probe);
  await files.makeFolder(probe);
  try {
    await files.writeNew(join(probe, "name"), new Uint8Array(1));
    await requireHardLinks(files, probe);
    await requireCase(files, probe);
    await files.syncFolder(probe);
  } finally {
    await files.removeTree(probe);
  }
}

async function requireHardLinks(files: Files, probe: string): Promise<void> {
  const existing = join(probe, "name");
  const link = join(probe, "link");
  try {
    await files.link(existing, link);
  } catch (error) {
    if (isDaybookError(error, "DISK_FULL")) throw error;
    throw unsuitable(probe, "hard links", messageOf(error), error);
  }
  try {
    await files.link(existing, link);
  } catch (error) {
    if (isDaybookError(error, "FILE_EXISTS")) return;
    throw error;
  }
  throw unsuitable(probe, "hard links", "one that replaced a file");
}

async function requireCase(files: Files, probe: string): Promise<void> {
  if ((await files.stat(join(probe, "NAME"))) !== undefined) {
    throw unsuitable(probe, "names that differ in case are different", "the same file");
  }
}

function unsuitable(probe: string, rule: string, found: string, cause?: unknown): DaybookError {
  return new DaybookError("DISK_UNSUITABLE", {
    message: `${probe}: the file system must have ${rule}: found ${found}`,
    cause,
  });
}
