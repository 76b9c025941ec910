import type { ArchiveIdentity } from "../ledger/archive-tree.js";
import { packagePath } from "../model/manifest.js";
import type { Manifest, ManifestFile } from "../model/manifest.js";
import { sha256Hex } from "../model/sha256.js";
import { LIMITS } from "../archive/layout.js";
import { guard, readExpected } from "./audit.js";
import type { Audit } from "./audit.js";
import type { AuditKeys } from "./check-identity.js";
import type { SealedPackage } from "./ledger-facts.js";
import { parseManifest } from "../archive/manifest-parser.js";

/** What a package's manifest must agree with. */
export interface PackageContext {
  readonly identity: ArchiveIdentity;
  readonly keys: AuditKeys;
}

const SIGNATURE_BYTES = 64;

/** Level structure, for a package that was not destroyed: its manifest, once proved, and a look at every file's size. */
export async function checkPackage(
  audit: Audit,
  context: PackageContext,
  sealed: SealedPackage,
): Promise<Manifest | undefined> {
  const manifest = await checkManifest(audit, context, sealed);
  if (manifest === undefined) return undefined;
  await checkSums(audit, sealed, manifest);
  for (const file of manifest.files) await checkSize(audit, sealed, file);
  await checkNamesInFolder(
    audit,
    sealed,
    new Set([...manifest.files.map(({ path }) => path), "SHA256SUMS", "manifest.json", "manifest.json.sig"]),
  );
  return manifest;
}

/** The manifest, authenticated by the ledger's hash of it and by its signature before it is parsed. */
export async function checkManifest(
  audit: Audit,
  context: PackageContext,
  sealed: SealedPackage,
): Promise<Manifest | undefined> {
  const { day } = sealed;
  const path = `${packagePath(day, sealed.revision)}/manifest.json`;
  const bytes = await readExpected(audit, path, LIMITS.manifest, day);
  if (bytes === undefined) return undefined;
  const signer = await checkSignature(audit, context.keys, path, bytes, sealed);
  const hash = sha256Hex(bytes);
  audit.found.expect("FILE_HASH", { subject: path, found: hash, expected: sealed.manifestSha256, day });
  if (hash !== sealed.manifestSha256) return undefined;
  const manifest = parseManifest(bytes);
  if ("broken" in manifest) {
    audit.found.add("FILE_MALFORMED", {
      subject: path,
      found: manifest.broken,
      expected: "a manifest of daybook/1",
      day,
    });
    return undefined;
  }
  checkManifestPlace(audit, context, sealed, manifest, path);
  audit.found.expect("SIGNATURE_WRONG", {
    subject: path,
    found: signer ?? manifest.key_id,
    expected: manifest.key_id,
    day,
  });
  return manifest;
}

/** The id of the key that signed the file; undefined after a finding. */
export async function checkSignature(
  audit: Audit,
  keys: AuditKeys,
  path: string,
  bytes: Uint8Array,
  { day }: SealedPackage,
): Promise<string | undefined> {
  const signature = await readExpected(audit, `${path}.sig`, SIGNATURE_BYTES, day);
  if (signature === undefined) return undefined;
  const signer = signature.length === SIGNATURE_BYTES ? keys.all.signerOf(bytes, signature) : undefined;
  if (signer === undefined) {
    const expected = `one by ${keys.all.ids.join(" or ")} over ${path}`;
    audit.found.add("SIGNATURE_WRONG", { subject: `${path}.sig`, found: "no such signature", expected, day });
  }
  return signer;
}

function checkManifestPlace(
  audit: Audit,
  { identity }: PackageContext,
  sealed: SealedPackage,
  manifest: Manifest,
  path: string,
): void {
  const { found } = audit;
  const { day } = sealed;
  const said = [manifest.archive_id, manifest.tenant_id, manifest.day, `revision ${manifest.revision}`].join(
    ", ",
  );
  const place = [identity.archiveId, identity.tenantId, day, `revision ${sealed.revision}`].join(", ");
  found.expect("ARCHIVE_IDENTITY", { subject: path, found: said, expected: place, day });
  found.expect("SUPERSEDES_WRONG", {
    subject: path,
    found: String(manifest.supersedes),
    expected: String(sealed.supersedes),
    day,
  });
  found.expect("PREVIOUS_WRONG", {
    subject: path,
    found: String(manifest.previous),
    expected: String(sealed.previous),
    day,
  });
}

async function checkSums(audit: Audit, sealed: SealedPackage, manifest: Manifest): Promise<void> {
  const { day } = sealed;
  const path = `${packagePath(day, sealed.revision)}/SHA256SUMS`;
  const bytes = await readExpected(audit, path, LIMITS.manifest, day);
  if (bytes === undefined) return;
  const expected = new Set(manifest.files.map(sumLine));
  expected.add(sumLine({ path: "manifest.json", sha256: sealed.manifestSha256 }));
  const text = new TextDecoder().decode(bytes);
  const lines = text.split("\n");
  if (lines.pop() !== "")
    audit.found.add("SUMS_DIFFER", { subject: path, found: "a cut last line", expected: "LF", day });
  for (const line of lines) {
    if (expected.delete(line)) continue;
    audit.found.add("SUMS_DIFFER", {
      subject: path,
      found: line,
      expected: "a file of the manifest, once",
      day,
    });
  }
  for (const line of expected) {
    audit.found.add("SUMS_DIFFER", { subject: path, found: "no such line", expected: line, day });
  }
}

function sumLine({ path, sha256 }: Pick<ManifestFile, "path" | "sha256">): string {
  return `${sha256}  ${path}`;
}

async function checkSize(audit: Audit, sealed: SealedPackage, file: ManifestFile): Promise<void> {
  const { day } = sealed;
  const path = `${packagePath(day, sealed.revision)}/${file.path}`;
  const stat = await guard(
    audit,
    path,
    day,
    async () => (await audit.reader.stat(path, audit.signal)) ?? "absent",
  );
  if (stat === undefined) return;
  if (stat === "absent") {
    return audit.found.add("FILE_MISSING", {
      subject: path,
      found: "nothing",
      expected: `${file.bytes} bytes`,
      day,
    });
  }
  audit.found.expect("FILE_SIZE", {
    subject: path,
    found: `${stat.bytes} bytes`,
    expected: `${file.bytes} bytes`,
    day,
  });
}

/** Reports what lies in the package's folder under another name. */
export async function checkNamesInFolder(
  audit: Audit,
  sealed: SealedPackage,
  names: ReadonlySet<string>,
): Promise<void> {
  const folder = `${packagePath(sealed.day, sealed.revision)}/`;
  for await (const path of audit.reader.list(folder, audit.signal)) {
    const name = path.slice(folder.length);
    if (names.has(name)) continue;
    audit.found.add("FILE_FOREIGN", {
      subject: path,
      found: "a file",
      expected: "none of this name",
      day: sealed.day,
    });
  }
}
