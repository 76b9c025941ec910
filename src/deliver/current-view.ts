import type { Manifest } from "../model/manifest.js";
import { packagePath } from "../model/manifest.js";
import type { ArchiveSource } from "../archive/source.js";
import { readManifest, recordsOf } from "../archive/sealed-package.js";
import type { SealedDay } from "../archive/sealed-package.js";
import { eachLine } from "../plugin/record-lines.js";
import type { Batch } from "../plugin/types.js";
import { readRecordBlocks } from "../archive/record-lines.js";

/** The current view of a day: what its newest revision read and what it carries from the ones before. */
export async function currentView(
  sealed: SealedDay,
  tenant: string,
  source: ArchiveSource,
  signal: AbortSignal,
): Promise<Batch> {
  const manifest = await readManifest(source, sealed, signal);
  return Object.freeze({
    tenant,
    tenantId: manifest.tenant_id,
    day: sealed.day,
    revision: sealed.revision,
    manifestSha256: sealed.manifestSha256,
    records: recordsOf(manifest),
    eventSetSha256: manifest.event_set_sha256,
    retainUntil: manifest.retention.retain_until,
    lines: () => eachLine(blocksOf(manifest, source, signal)),
    blocks: () => blocksOf(manifest, source, signal),
  });
}

function blocksOf(manifest: Manifest, source: ArchiveSource, signal: AbortSignal): AsyncIterable<Uint8Array> {
  const folder = packagePath(manifest.day, manifest.revision);
  const stream = (path: string): AsyncIterable<Uint8Array> => openLate(source, path, signal);
  return readRecordBlocks({ stream }, { folder, files: manifest.files });
}

/** An absent file reads as empty, which the check against the manifest then reports as damage. */
async function* openLate(
  source: ArchiveSource,
  path: string,
  signal: AbortSignal,
): AsyncGenerator<Uint8Array> {
  const body = await source.open(path, signal);
  if (body !== undefined) yield* body;
}
