import { dirname, join } from "node:path";
import type { Files } from "../io/files.js";
import type { ArchiveKeys } from "../archive/keys.js";
import { parseJsonObject } from "../ledger/entry-format.js";
import { checkPackage } from "../archive/package-check.js";
import { DaybookError } from "../model/errors.js";
import { packagePath } from "../model/manifest.js";
import type { UtcDay } from "../model/utc-day.js";
import { storeSource } from "../archive/source.js";
import { abortable } from "../io/abortable.js";
import { writeFile } from "../io/write-file.js";
import { readWhole } from "../plugin/expected-body.js";
import type { LedgerOrigin } from "./fetch-ledger.js";
import type { RestoredTree } from "./restored-tree.js";

/** A package in a sink; `manifestSha256` as the ledger has it, undefined where no entry names it. */
export interface WantedPackage {
  readonly day: UtcDay;
  readonly revision: number;
  readonly manifestSha256: string | undefined;
}

const MAX_MANIFEST_BYTES = 32 << 20;
const SIGNATURE_BYTES = 64;
// No separator, no leading dot: a name can only mean a file of the package itself.
const FILE_NAME = /^[A-Za-z0-9][A-Za-z0-9._-]{0,99}$/;

/**
 * Brings a day package into the tree: the manifest proved by the ledger's hash and a signature of the archive before it is
 * read, each file by the manifest. One that an earlier attempt brought is checked again where it is. ARCHIVE_DAMAGED when a
 * file is missing or altered.
 */
export async function fetchPackage(
  from: LedgerOrigin,
  files: Files,
  tree: RestoredTree,
  keys: ArchiveKeys,
  wanted: WantedPackage,
  signal: AbortSignal,
): Promise<void> {
  const path = packagePath(wanted.day, wanted.revision);
  const target = join(tree.root, path);
  if ((await files.stat(target)) === undefined) {
    const folder = join(tree.staging, `${wanted.day}-${wanted.revision}`);
    await files.makeFolder(folder);
    await copyFiles(from, files, folder, path, keys, signal);
    await requireWhole(files, folder, from, path, keys, wanted);
    await files.syncFolder(folder);
    await files.makeFolder(dirname(target));
    await files.rename(folder, target);
  } else await requireWhole(files, target, from, path, keys, wanted);
}

async function copyFiles(
  from: LedgerOrigin,
  files: Files,
  folder: string,
  path: string,
  keys: ArchiveKeys,
  signal: AbortSignal,
): Promise<void> {
  const source = storeSource(from.store, from.tenant);
  const open = async (name: string): Promise<AsyncIterable<Uint8Array>> => {
    const body = await source.open(`${path}/${name}`, signal);
    if (body === undefined) throw damaged(from, `${path}/${name}`, "nothing", "a file of the package");
    return body;
  };
  const manifest = await readWhole(await open("manifest.json"), MAX_MANIFEST_BYTES);
  const signature = await readWhole(await open("manifest.json.sig"), SIGNATURE_BYTES);
  if (keys.signerOf(manifest, signature) === undefined) {
    throw damaged(from, `${path}/manifest.json`, "no signature of it", "one by a key of this archive");
  }
  await files.writeNew(join(folder, "manifest.json"), manifest);
  await files.writeNew(join(folder, "manifest.json.sig"), signature);
  for (const name of ["SHA256SUMS", ...fileNames(manifest, from, path)])
    await writeFile(files, join(folder, name), abortable(await open(name), signal));
}

function fileNames(manifest: Uint8Array, from: LedgerOrigin, path: string): readonly string[] {
  const listed = parseJsonObject(manifest)?.["files"];
  const names = Array.isArray(listed) ? listed.map((file: { readonly path?: unknown }) => file?.path) : [];
  if (names.length > 0 && names.every(isFileName)) return names;
  throw damaged(from, `${path}/manifest.json`, "another form", "a list of files");
}

function isFileName(name: unknown): name is string {
  return typeof name === "string" && FILE_NAME.test(name);
}

/** As it lies on the disk now: what counts is what will be used. */
async function requireWhole(
  files: Files,
  folder: string,
  from: LedgerOrigin,
  path: string,
  keys: ArchiveKeys,
  { manifestSha256 }: WantedPackage,
): Promise<void> {
  const check = await checkPackage(files, folder, keys);
  if (!check.isWhole) throw damaged(from, path, check.problem, "the package as sealed");
  if (manifestSha256 === undefined || check.manifestSha256 === manifestSha256) return;
  throw damaged(from, `${path}/manifest.json`, `sha256 ${check.manifestSha256}`, manifestSha256);
}

function damaged(
  { name, tenant }: LedgerOrigin,
  path: string,
  found: string,
  expected: string,
): DaybookError {
  return new DaybookError("ARCHIVE_DAMAGED", {
    message: `${name}: ${tenant}/${path}: found ${found}, expected ${expected}`,
    hint: "nothing was put in place; restore from another record sink, and see docs/AUDIT.md before touching this one",
  });
}
