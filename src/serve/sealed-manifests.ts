import type { TenantSnapshot } from "../daemon/state.js";
import { isDaybookError } from "../model/errors.js";
import { packagePath } from "../model/manifest.js";
import type { Manifest } from "../model/manifest.js";
import type { UtcDay } from "../model/utc-day.js";
import { firstSourceWith } from "../archive/source.js";
import type { ArchiveSource } from "../archive/source.js";
import { readManifest } from "../archive/sealed-package.js";
import type { SealedDay } from "../archive/sealed-package.js";

/** A revision of a day with its manifest, or in words why that cannot be shown. */
export interface ShownRevision {
  readonly revision: number;
  readonly manifestSha256: string;
  readonly sealedAtMs: number;
  readonly manifest: Manifest | string;
}

/** Where a tenant's packages can be read: the state folder first, then its record sinks. */
export type SourcesOf = (tenant: string) => readonly ArchiveSource[];

/** Nobody waits longer for a page; a sink that hangs must not. */
const LONGEST_WAIT_MS = 10_000;

/** The revisions of a day, oldest first. A manifest is shown only when it is the one that the ledger names. */
export async function revisionsOf(
  { tenant, index }: TenantSnapshot,
  day: UtcDay,
  sourcesOf: SourcesOf,
): Promise<readonly ShownRevision[]> {
  const sources = sourcesOf(tenant);
  const signal = AbortSignal.timeout(LONGEST_WAIT_MS);
  const revisions = index?.days.get(day)?.revisions ?? [];
  return Promise.all(
    revisions.map(async ({ revision, manifestSha256, sealedAt }) => ({
      revision,
      manifestSha256,
      sealedAtMs: sealedAt,
      manifest: await manifestOf({ day, revision, manifestSha256 }, sources, signal),
    })),
  );
}

/** A page only shows: an altered manifest becomes an alarm where the whole archive is judged, by `daybook verify`. */
async function manifestOf(
  sealed: SealedDay,
  sources: readonly ArchiveSource[],
  signal: AbortSignal,
): Promise<Manifest | string> {
  try {
    const path = `${packagePath(sealed.day, sealed.revision)}/manifest.json`;
    const source = await firstSourceWith(path, sources, signal);
    if (source === undefined) return "neither the state folder nor a record sink has its manifest";
    return await readManifest(source, sealed, signal);
  } catch (error) {
    if (signal.aborted) return "the sink that has its manifest did not answer in time";
    if (isDaybookError(error)) return `${error.message} (${error.code})`;
    throw error;
  }
}
