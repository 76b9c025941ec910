import { join } from "node:path";
import type { Files } from "../io/files.js";
import { hashFile } from "../io/hash-file.js";
import { FORMAT } from "../model/manifest.js";
import { isSha256Hex, sha256Hex } from "../model/sha256.js";
import type { ArchiveKeys } from "./keys.js";
import { parseJsonObject } from "../ledger/entry-format.js";

/** Where a package says that it belongs. */
export interface PackageClaims {
  readonly archiveId: string;
  readonly tenantId: string;
  readonly day: string;
  readonly revision: number;
  readonly supersedes: string | null;
  readonly previous: string | null;
}

/** `problem` names the file and what is wrong with it, for people. */
export type PackageCheck =
  | { readonly isWhole: true; readonly claims: PackageClaims; readonly manifestSha256: string }
  | { readonly isWhole: false; readonly problem: string };

interface ListedFile {
  readonly path: string;
  readonly bytes: number;
  readonly sha256: string;
}

const MAX_MANIFEST_BYTES = 32 << 20;
const UNLISTED = ["SHA256SUMS", "manifest.json", "manifest.json.sig"];
// No separator, no leading dot: a name can only mean a file of the package itself.
const FILE_NAME = /^[A-Za-z0-9][A-Za-z0-9._-]{0,99}$/;

/**
 * Checks one day package as stored: the signature before anything is parsed, then that exactly the listed files are there,
 * each with its size and hash, and that SHA256SUMS says the same. What is inside the compressed files is the auditor's.
 */
export async function checkPackage(files: Files, folder: string, keys: ArchiveKeys): Promise<PackageCheck> {
  const names = await files.list(folder);
  const missing = UNLISTED.find((name) => !names.includes(name));
  if (missing !== undefined) return problem(missing, "is missing");
  for (const name of names) {
    const kind = (await files.stat(join(folder, name)))?.kind;
    if (kind !== "file") return problem(name, `is a ${kind ?? "name without a file"}, expected a file`);
  }

  const bytes = await files.read(join(folder, "manifest.json"), MAX_MANIFEST_BYTES);
  const keyId = keys.signerOf(bytes, await files.read(join(folder, "manifest.json.sig"), MAX_MANIFEST_BYTES));
  if (keyId === undefined) return problem("manifest.json.sig", "is no signature by a key of this archive");
  const manifest = parseJsonObject(bytes) ?? {};
  const claims = parseClaims(manifest);
  const listed = parseFiles(manifest["files"]);
  if (claims === undefined || listed === undefined || manifest["key_id"] !== keyId) {
    return problem("manifest.json", "has another form than docs/FORMAT.md gives it");
  }

  const manifestSha256 = sha256Hex(bytes);
  const wrong =
    findUnlisted(names, listed) ??
    (await findAltered(files, folder, listed)) ??
    (await findWrongSums(files, folder, [
      ...listed,
      { path: "manifest.json", bytes: 0, sha256: manifestSha256 },
    ]));
  return wrong ?? { isWhole: true, claims, manifestSha256 };
}

function problem(name: string, what: string): { readonly isWhole: false; readonly problem: string } {
  return { isWhole: false, problem: `${name} ${what}` };
}

type Problem = ReturnType<typeof problem>;

function findUnlisted(names: readonly string[], listed: readonly ListedFile[]): Problem | undefined {
  const known = new Set([...UNLISTED, ...listed.map(({ path }) => path)]);
  const extra = names.find((name) => !known.has(name));
  return extra === undefined ? undefined : problem(extra, "is not listed in the manifest");
}

async function findAltered(
  files: Files,
  folder: string,
  listed: readonly ListedFile[],
): Promise<Problem | undefined> {
  for (const { path, bytes, sha256 } of listed) {
    const stat = await files.stat(join(folder, path));
    if (stat === undefined) return problem(path, "is missing");
    if (stat.bytes !== bytes) return problem(path, `has ${stat.bytes} bytes, expected ${bytes}`);
    const { sha256: found } = await hashFile(files, join(folder, path));
    if (found !== sha256) return problem(path, `has sha256 ${found}, expected ${sha256}`);
  }
  return undefined;
}

async function findWrongSums(
  files: Files,
  folder: string,
  listed: readonly ListedFile[],
): Promise<Problem | undefined> {
  const text = new TextDecoder().decode(await files.read(join(folder, "SHA256SUMS"), MAX_MANIFEST_BYTES));
  const expected = listed.map(({ path, sha256 }) => `${sha256}  ${path}`).toSorted();
  const found = text.split("\n").toSorted();
  // The text ends with a newline, so its first line in order is the empty one after it.
  const isSame = found.join("\n") === ["", ...expected].join("\n");
  return isSame ? undefined : problem("SHA256SUMS", "does not list the files of the manifest");
}

function parseClaims(manifest: Record<string, unknown>): PackageClaims | undefined {
  const {
    format,
    archive_id: archiveId,
    tenant_id: tenantId,
    day,
    revision,
    supersedes,
    previous,
  } = manifest;
  if (format !== FORMAT || typeof archiveId !== "string" || typeof tenantId !== "string") return undefined;
  if (typeof day !== "string" || typeof revision !== "number") return undefined;
  if (!isHashOrNull(supersedes) || !isHashOrNull(previous)) return undefined;
  return { archiveId, tenantId, day, revision, supersedes, previous };
}

function parseFiles(value: unknown): readonly ListedFile[] | undefined {
  return Array.isArray(value) && value.every(isListedFile) ? value : undefined;
}

function isListedFile(value: unknown): value is ListedFile {
  if (typeof value !== "object" || value === null) return false;
  const { path, bytes, sha256 } = value as Readonly<Record<string, unknown>>;
  return (
    typeof path === "string" &&
    FILE_NAME.test(path) &&
    !UNLISTED.includes(path) &&
    typeof bytes === "number" &&
    typeof sha256 === "string" &&
    isSha256Hex(sha256)
  );
}

function isHashOrNull(value: unknown): value is string | null {
  return value === null || (typeof value === "string" && isSha256Hex(value));
}
