import { packagePath } from "../model/manifest.js";
import type { Manifest } from "../model/manifest.js";
import { readSmall } from "../archive/source.js";
import { LIMITS } from "../archive/layout.js";
import { guard } from "./audit.js";
import type { Audit } from "./audit.js";
import type { PackageContext } from "./check-package.js";
import type { LedgerFacts } from "./ledger-facts.js";
import { parseManifest } from "../archive/manifest-parser.js";

/**
 * A package that no ledger entry names. One that this archive's key signed as the next revision is a commit in progress, or
 * one that a crash interrupted; anything else was put there.
 */
export async function checkUncommitted(
  audit: Audit,
  context: PackageContext,
  facts: LedgerFacts,
  folder: string,
): Promise<void> {
  const manifest = await guard(audit, folder, undefined, () => signedManifest(audit, context, folder));
  const isNext =
    manifest !== undefined &&
    manifest.archive_id === context.identity.archiveId &&
    packagePath(manifest.day, manifest.revision) === folder &&
    (manifest.revision === 1 || facts.packages.has(packagePath(manifest.day, manifest.revision - 1)));
  audit.found.add(isNext ? "PACKAGE_NOT_COMMITTED" : "PACKAGE_FOREIGN", {
    subject: folder,
    found: isNext ? "a signed package without entry" : "a package without entry or signature",
    expected: "a day-sealed entry",
  });
}

async function signedManifest(
  audit: Audit,
  { keys }: PackageContext,
  folder: string,
): Promise<Manifest | undefined> {
  const bytes = await readSmall(audit.reader, `${folder}/manifest.json`, LIMITS.manifest, audit.signal);
  const signature = await readSmall(audit.reader, `${folder}/manifest.json.sig`, 64, audit.signal);
  if (bytes === undefined || signature === undefined) return undefined;
  if (keys.all.signerOf(bytes, signature) === undefined) return undefined;
  const manifest = parseManifest(bytes);
  return "broken" in manifest ? undefined : manifest;
}
