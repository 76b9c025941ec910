import { PackageFiles } from "../archive/package-files.js";
import { readManifest, recordsOf } from "../archive/sealed-package.js";
import type { SealedDay } from "../archive/sealed-package.js";
import type { ArchiveSource } from "../archive/source.js";
import { eachLine } from "../plugin/record-lines.js";
import type { Batch } from "../plugin/types.js";

/** The current view of a day: what its newest revision read and what it carries from the ones before. */
export async function currentView(
  sealed: SealedDay,
  tenant: string,
  source: ArchiveSource,
  signal: AbortSignal,
): Promise<Batch> {
  const manifest = await readManifest(source, sealed, signal);
  const files = new PackageFiles(source, manifest, signal);
  return Object.freeze({
    tenant,
    tenantId: manifest.tenant_id,
    day: sealed.day,
    revision: sealed.revision,
    manifestSha256: sealed.manifestSha256,
    records: recordsOf(manifest),
    eventSetSha256: manifest.event_set_sha256,
    retainUntil: manifest.retention.retain_until,
    lines: () => eachLine(files.recordBlocks()),
    blocks: () => files.recordBlocks(),
  });
}
