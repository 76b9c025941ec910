import { DaybookError } from "daybook/plugin";
import type { RemovalReceipt } from "daybook/plugin";
import type { Bucket } from "./bucket.js";
import { versionsOf } from "./listing.js";

const MAX_NAMED = 20;

/**
 * Removes every version of an object and every delete marker over it: a delete marker alone would only hide it. The oldest
 * goes first, so that no older version becomes visible. SINK_NOT_FOUND when there is nothing; SINK_REFUSED while locked or held.
 */
export async function removeObject(
  bucket: Bucket,
  key: string,
  versioning: boolean,
  signal: AbortSignal,
): Promise<RemovalReceipt> {
  const versions = await everyVersion(bucket, key, versioning, signal);
  if (versions.length === 0) {
    throw new DaybookError("SINK_NOT_FOUND", { message: `${key}: expected an object, found none` });
  }
  for (const version of versions.toReversed()) await removeVersion(bucket, key, version, signal);
  const left = await everyVersion(bucket, key, versioning, signal);
  if (left.length > 0) {
    throw new DaybookError("SINK_REFUSED", {
      message: `${key}: removal: expected nothing to stay, found ${left.length} versions`,
    });
  }
  const note = `${versions.length} versions: ${versions.slice(0, MAX_NAMED).join(" ")}`;
  return { removed: 1, ...(versioning ? { note } : {}) };
}

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

/** Newest first; in a bucket that keeps no versions, one without a name. */
async function everyVersion(
  bucket: Bucket,
  key: string,
  versioning: boolean,
  signal: AbortSignal,
): Promise<readonly (string | undefined)[]> {
  if (versioning) return (await versionsOf(bucket, key, signal)).map(({ version }) => version);
  return (await bucket.head(key, signal)) === undefined ? [] : [undefined];
}
