import { DaybookError, isDaybookError } from "daybook/plugin";
import type { Clock, RemovalReceipt } from "daybook/plugin";
import type { Bucket } from "./bucket.js";
import { versionsOf } from "./listing.js";
import type { Version } from "./listing.js";
import { refusalBy } from "./object-lock.js";

/** Where an object is removed, and the clock by which its locks are over. */
export interface Removal {
  readonly bucket: Bucket;
  readonly versioning: boolean;
  readonly clock: Clock;
}

/** A version or a delete marker; of a bucket that keeps none, the object. */
type Removed = Pick<Version, "isMarker"> & { readonly version: string | undefined };

/**
 * Removes every version of an object and every delete marker over it: a delete marker alone would only hide it. While one
 * version is locked or held, none is removed. The oldest goes first, so that no older version becomes visible.
 * SINK_NOT_FOUND when there is nothing; SINK_REFUSED with the lock while locked or held.
 */
export async function removeObject(
  { bucket, versioning, clock }: Removal,
  key: string,
  signal: AbortSignal,
): Promise<RemovalReceipt> {
  const versions = await everyVersion(bucket, key, versioning, signal);
  if (versions.length === 0) {
    throw new DaybookError("SINK_NOT_FOUND", { message: `${key}: expected an object, found none` });
  }
  const contents = versions.filter(({ isMarker }) => !isMarker);
  for (const { version } of contents) {
    const refusal = refusalBy(key, await bucket.head(key, signal, version), clock.now());
    if (refusal !== undefined) throw refusal;
  }
  for (const one of versions.toReversed()) await removeExplained(bucket, key, one, signal);
  const left = await everyVersion(bucket, key, versioning, signal);
  for (const { version } of contents)
    if ((await bucket.head(key, signal, version)) !== undefined) left.push({ version, isMarker: false });
  if (left.length > 0) {
    throw new DaybookError("SINK_REFUSED", {
      message: `${key}: removal: expected nothing to stay, found ${left.length} versions`,
    });
  }
  return { removed: 1, ...(versioning ? { versions: contents.length, note: NOTE } : {}) };
}

const NOTE = "every version and delete marker deleted and confirmed absent";

/** Removes one version for good; of a bucket that keeps none, the object. */
export async function removeVersion(
  bucket: Bucket,
  key: string,
  version: string | undefined,
  signal: AbortSignal,
): Promise<void> {
  const which = version === undefined ? { Key: key } : { Key: key, VersionId: version };
  await bucket.send(key, signal, (s3, target, http) => s3.deleteObject({ ...target, ...which }, http));
}

/** S3 answers 403 for a lock and for a missing permission alike: what the version shows tells them apart. */
async function removeExplained(
  bucket: Bucket,
  key: string,
  { version, isMarker }: Removed,
  signal: AbortSignal,
): Promise<void> {
  try {
    await removeVersion(bucket, key, version, signal);
  } catch (error) {
    if (isMarker || !isDaybookError(error, "SINK_REFUSED")) throw error;
    throw refusalBy(key, await bucket.head(key, signal, version), 0) ?? error;
  }
}

/** Newest first; in a bucket that keeps no versions, one without a name. */
async function everyVersion(
  bucket: Bucket,
  key: string,
  versioning: boolean,
  signal: AbortSignal,
): Promise<Removed[]> {
  if (versioning) return [...(await versionsOf(bucket, key, signal))];
  return (await bucket.head(key, signal)) === undefined ? [] : [{ version: undefined, isMarker: false }];
}
