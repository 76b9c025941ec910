import { LIMITS, MANIFEST, SIGNATURE, TOMBSTONE, TOMBSTONE_FILES } from "../archive/layout.js";
import { parseTombstone } from "../archive/tombstone.js";
import type { Tombstone } from "../archive/tombstone.js";
import type { EntryOf } from "../model/ledger-entry.js";
import { packagePath } from "../model/manifest.js";
import { sha256Hex } from "../model/sha256.js";
import { guard, readExpected } from "./audit.js";
import type { Audit } from "./audit.js";
import type { PackageContext } from "./check-package.js";
import type { SealedPackage } from "./ledger-facts.js";

/** A destroyed revision: its manifest and its tombstone are there, proved, and nothing else is. */
export async function checkTombstone(
  audit: Audit,
  { identity, keys }: PackageContext,
  { day, revision, manifestSha256 }: SealedPackage,
  disposed: EntryOf<"disposed">,
): Promise<void> {
  const folder = packagePath(day, revision);
  await checkSigned(audit, keys.all, { folder, name: MANIFEST, sha256: manifestSha256 });
  const bytes = await checkSigned(audit, keys.all, {
    folder,
    name: TOMBSTONE,
    sha256: disposed.tombstone_sha256,
  });
  await checkNames(audit, folder, new Set(TOMBSTONE_FILES));
  if (bytes === undefined) return;
  const path = `${folder}/${TOMBSTONE}`;
  const parse = async (): Promise<Tombstone> => parseTombstone(bytes, path);
  const tombstone = await guard(audit, path, day, parse, "TOMBSTONE_WRONG");
  if (tombstone === undefined) return;
  const said = [
    tombstone.archive_id,
    tombstone.tenant_id,
    tombstone.day,
    tombstone.revision,
    tombstone.manifest_sha256,
    tombstone.plan,
  ];
  const expected = [identity.archiveId, identity.tenantId, day, revision, manifestSha256, disposed.plan];
  audit.found.expect("TOMBSTONE_WRONG", {
    subject: path,
    found: said.join(", "),
    expected: expected.join(", "),
    day,
  });
}

/** A revision whose destruction has begun: its manifest is whole, and of the rest any part may be gone. */
export async function checkUnfinished(
  audit: Audit,
  { keys }: PackageContext,
  { day, revision, manifestSha256 }: SealedPackage,
  plan: string,
): Promise<void> {
  const folder = packagePath(day, revision);
  // A copy that never got the day has nothing of it until the tombstone comes, which brings the manifest.
  const path = `${folder}/${MANIFEST}`;
  const isThere = (await guard(audit, path, day, () => audit.reader.stat(path, audit.signal))) !== undefined;
  if (isThere) await checkSigned(audit, keys.all, { folder, name: MANIFEST, sha256: manifestSha256 });
  audit.found.add("DISPOSAL_UNFINISHED", {
    subject: folder,
    found: `begun under ${plan}${isThere ? "" : ", and no manifest here"}`,
    expected: "a tombstone",
    day,
  });
}

interface SignedFile {
  readonly folder: string;
  readonly name: string;
  /** As the ledger has it. */
  readonly sha256: string;
}

async function checkSigned(
  audit: Audit,
  keys: PackageContext["keys"]["all"],
  { folder, name, sha256 }: SignedFile,
): Promise<Uint8Array | undefined> {
  const path = `${folder}/${name}`;
  const bytes = await readExpected(audit, path, LIMITS.manifest);
  const signature = await readExpected(audit, `${path}.sig`, LIMITS.signature);
  if (bytes === undefined) return undefined;
  audit.found.expect("FILE_HASH", { subject: path, found: sha256Hex(bytes), expected: sha256 });
  if (signature !== undefined && keys.signerOf(bytes, signature) === undefined)
    audit.found.add("SIGNATURE_WRONG", {
      subject: `${folder}/${name === MANIFEST ? SIGNATURE : `${name}.sig`}`,
      found: "no such signature",
      expected: `one by ${keys.ids.join(" or ")}`,
    });
  return sha256Hex(bytes) === sha256 ? bytes : undefined;
}

async function checkNames(audit: Audit, folder: string, allowed: ReadonlySet<string>): Promise<void> {
  for await (const path of audit.reader.list(`${folder}/`, audit.signal)) {
    if (allowed.has(path.slice(folder.length + 1))) continue;
    audit.found.add("FILE_FOREIGN", {
      subject: path,
      found: "a file",
      expected: "nothing beside the tombstone",
    });
  }
}
