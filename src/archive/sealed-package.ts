import { createHash } from "node:crypto";
import { DaybookError } from "../model/errors.js";
import { FORMAT, packagePath } from "../model/manifest.js";
import type { Manifest } from "../model/manifest.js";
import type { UtcDay } from "../model/utc-day.js";
import type { ArchiveSource } from "./source.js";
import { readWhole } from "../plugin/expected-body.js";

/** One revision as the ledger names it. */
export interface SealedDay {
  readonly day: UtcDay;
  readonly revision: number;
  readonly manifestSha256: string;
}

const MAX_MANIFEST_BYTES = 64 << 20;

/** The manifest of a sealed day; ARCHIVE_DAMAGED when it is absent or is not the one that the ledger names. */
export async function readManifest(
  source: ArchiveSource,
  sealed: SealedDay,
  signal: AbortSignal,
): Promise<Manifest> {
  const path = `${packagePath(sealed.day, sealed.revision)}/manifest.json`;
  const body = await source.open(path, signal);
  if (body === undefined) throw damaged(path, "no file");
  const bytes = await readWhole(body, MAX_MANIFEST_BYTES);
  const sha256 = createHash("sha256").update(bytes).digest("hex");
  if (sha256 !== sealed.manifestSha256) throw damaged(path, `sha256 ${sha256}`);
  // The ledger's hash proves that these are the bytes that sealing wrote: nothing is left to validate but the format.
  const manifest = JSON.parse(new TextDecoder().decode(bytes)) as Manifest;
  if (manifest.format !== FORMAT) throw damaged(path, `format ${String(manifest.format)}`);
  return manifest;

  function damaged(subject: string, found: string): DaybookError {
    return new DaybookError("ARCHIVE_DAMAGED", {
      message: `${subject}: expected the manifest with sha256 ${sealed.manifestSha256}, found ${found}`,
    });
  }
}

/** Record lines of the current view that the revision stands for. */
export function recordsOf(manifest: Manifest): number {
  return manifest.completeness.distinct + manifest.completeness.carried;
}
