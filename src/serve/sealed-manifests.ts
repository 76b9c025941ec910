import type { TenantSnapshot } from "../daemon/state.js";
import { isDaybookError } from "../model/errors.js";
import { packagePath } from "../model/manifest.js";
import type { Manifest } from "../model/manifest.js";
import type { UtcDay } from "../model/utc-day.js";
import { firstSourceWith } from "../archive/source.js";
import type { ArchiveSource } from "../archive/source.js";
import { readManifest } from "../archive/sealed-package.js";
import type { SealedDay } from "../archive/sealed-package.js";

/** A revision of a day with its manifest, or the reason why it cannot be shown. */
export interface ShownRevision {
  readonly revision: number;
  readonly manifestSha256: string;
  readonly sealedAtMs: number;
  readonly manifest: Manifest | string;
}

/** Where a tenant's packages can be read: the state folder first, then the record sinks. */
export type SourcesOf = (tenant: string) => readonly ArchiveSource[];

/** A sink that hangs must not keep the page waiting. */
const MAX_WAIT_MS = 10_000;

/** The revisions of a day, oldest first. A manifest is shown only when it has the hash in the ledger. */
export async function revisionsOf(
  { tenant, index }: TenantSnapshot,
  day: UtcDay,
  sourcesOf: SourcesOf,
): Promise<readonly ShownRevision[]> {
  const sources = sourcesOf(tenant);
  const signal = AbortSignal.timeout(MAX_WAIT_MS);
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

/** An altered manifest is only left out here. Damage is reported by `daybook verify`, which checks the whole archive. */
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
