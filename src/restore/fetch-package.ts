import { dirname, join } from "node:path";
import { missing, raise } from "../archive/flaw.js";
import type { ArchiveKeys } from "../archive/keys.js";
import { CLOSING_FILES, LIMITS } from "../archive/layout.js";
import { PackageCheck } from "../archive/package-check.js";
import { PackageFiles } from "../archive/package-files.js";
import { readManifest } from "../archive/sealed-package.js";
import type { SealedDay } from "../archive/sealed-package.js";
import { folderSource } from "../archive/folder-source.js";
import { readSmall, storeSource } from "../archive/source.js";
import type { Files } from "../io/files.js";
import { writeFile } from "../io/write-file.js";
import { DaybookError, isDaybookError } from "../model/errors.js";
import { packagePath } from "../model/manifest.js";
import type { LedgerOrigin } from "./fetch-ledger.js";
import type { RestoredTree } from "./restored-tree.js";

export interface PackageFetch {
  readonly from: LedgerOrigin;
  readonly files: Files;
  readonly tree: RestoredTree;
  readonly keys: ArchiveKeys;
}

/**
 * Brings a day package into the tree: the manifest proved by the ledger's hash and a signature of the archive before it is
 * read, each file by the manifest. One that an earlier attempt brought is checked again where it is. ARCHIVE_DAMAGED when a
 * file is missing, altered or larger than its manifest states: no more than that is written.
 */
export async function fetchPackage(
  fetch: PackageFetch,
  wanted: SealedDay,
  signal: AbortSignal,
): Promise<void> {
  const { files, tree, from } = fetch;
  const path = packagePath(wanted.day, wanted.revision);
  const target = join(tree.root, path);
  try {
    if ((await files.stat(target)) !== undefined) return await requireWhole(fetch, tree.root, wanted, signal);
    const folder = join(tree.staging, path);
    await files.removeTree(folder);
    await files.makeFolder(folder);
    await copyPackage(fetch, folder, wanted, signal);
    await requireWhole(fetch, tree.staging, wanted, signal);
    await files.syncFolder(folder);
    await files.makeFolder(dirname(target));
    await files.rename(folder, target);
  } catch (error) {
    throw isDaybookError(error, "ARCHIVE_DAMAGED") ? explained(from, error) : error;
  }
}

async function copyPackage(
  { from, files }: PackageFetch,
  folder: string,
  wanted: SealedDay,
  signal: AbortSignal,
): Promise<void> {
  const source = storeSource(from.store, from.tenant);
  const manifest = await readManifest(source, wanted, signal);
  const path = packagePath(wanted.day, wanted.revision);
  for (const name of CLOSING_FILES) {
    const bytes = await readSmall(source, `${path}/${name}`, LIMITS.manifest, signal);
    await files.writeNew(join(folder, name), bytes ?? raise(missing(`${path}/${name}`)));
  }
  const stored = new PackageFiles(source, manifest, signal);
  for (const file of manifest.files) await writeFile(files, join(folder, file.path), stored.stored(file));
}

/** As it lies on the disk now: what counts is what will be used. */
async function requireWhole(
  { files, keys }: PackageFetch,
  root: string,
  { day, revision, manifestSha256 }: SealedDay,
  signal: AbortSignal,
): Promise<void> {
  const source = folderSource(files, root);
  await new PackageCheck({ source, keys, day, revision, report: raise, signal }).whole(manifestSha256);
}

function explained({ name, tenant }: LedgerOrigin, error: DaybookError): DaybookError {
  return new DaybookError("ARCHIVE_DAMAGED", {
    message: `${name}: ${tenant}/${error.message}`,
    hint: "nothing was put in place; restore from another record sink, and see docs/AUDIT.md before touching this one",
    cause: error.cause,
  });
}
