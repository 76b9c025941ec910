import { PackageCheck } from "../archive/package-check.js";
import { MANIFEST } from "../archive/layout.js";
import type { ArchiveIdentity } from "../ledger/archive-tree.js";
import { packagePath } from "../model/manifest.js";
import type { Manifest } from "../model/manifest.js";
import type { Audit } from "./audit.js";
import type { AuditKeys } from "./check-identity.js";
import type { SealedPackage } from "./ledger-facts.js";

/** What a package's manifest must agree with. */
export interface PackageContext {
  readonly identity: ArchiveIdentity;
  readonly keys: AuditKeys;
}

/** Level structure: the manifest, once proved, and the name and size of every file. Undefined when the manifest is unusable. */
export async function checkPackage(
  audit: Audit,
  context: PackageContext,
  sealed: SealedPackage,
): Promise<Manifest | undefined> {
  const { day, revision } = sealed;
  const check = new PackageCheck({
    source: audit.reader,
    keys: context.keys.all,
    day,
    revision,
    report: (flaw) => audit.found.add(flaw.code, { ...flaw, day }),
    signal: audit.signal,
  });
  const signed = await check.manifest(sealed.manifestSha256);
  if (signed === undefined) return undefined;
  checkManifestPlace(audit, context, sealed, signed.manifest);
  await check.structure(signed);
  return signed.manifest;
}

function checkManifestPlace(
  audit: Audit,
  { identity }: PackageContext,
  sealed: SealedPackage,
  manifest: Manifest,
): void {
  const { found } = audit;
  const { day } = sealed;
  const path = `${packagePath(day, sealed.revision)}/${MANIFEST}`;
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
