import { packagePath } from "../model/manifest.js";
import type { Manifest } from "../model/manifest.js";
import type { UtcDay } from "../model/utc-day.js";
import { raise } from "./flaw.js";
import { MANIFEST } from "./layout.js";
import { parseManifest } from "./manifest-parser.js";
import { readHashed } from "./read-hashed.js";
import type { ArchiveSource } from "./source.js";

/** One revision as the ledger names it. */
export interface SealedDay {
  readonly day: UtcDay;
  readonly revision: number;
  readonly manifestSha256: string;
}

/** The manifest of a sealed day; ARCHIVE_DAMAGED when it is absent or is not the one that the ledger names. */
export async function readManifest(
  source: ArchiveSource,
  { day, revision, manifestSha256 }: SealedDay,
  signal: AbortSignal,
): Promise<Manifest> {
  const subject = `${packagePath(day, revision)}/${MANIFEST}`;
  const bytes = await readHashed(source, { path: subject, sha256: manifestSha256 }, signal);
  const manifest = parseManifest(bytes);
  if (!("broken" in manifest)) return manifest;
  return raise({
    code: "FILE_MALFORMED",
    subject,
    found: manifest.broken,
    expected: "a manifest of daybook/1",
  });
}

/** Record lines of the current view that the revision stands for. */
export function recordsOf(manifest: Manifest): number {
  return manifest.completeness.distinct + manifest.completeness.carried;
}
