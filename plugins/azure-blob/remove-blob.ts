import type { ContainerClient } from "@azure/storage-blob";
import { DaybookError, isDaybookError } from "daybook/plugin";
import type { RemovalReceipt } from "daybook/plugin";
import { storageError } from "./storage-error.js";

/**
 * Deletes the blob, its snapshots and, where the account keeps versions, all of them: a deleted blob lives on as a version.
 * After an interruption the next attempt finds the versions that are left.
 */
export async function removeBlob(
  container: ContainerClient,
  name: string,
  subject: string,
  signal: AbortSignal,
): Promise<RemovalReceipt> {
  // The current version first: while it is protected, nothing is removed.
  const isCurrentRemoved = await deleteCurrent(container, name, signal);
  let versions = 0;
  const listed = container.listBlobsFlat({ prefix: name, includeVersions: true, abortSignal: signal });
  for await (const item of listed) {
    // The exact name comes before longer names with the same start.
    if (item.name !== name) break;
    if (item.versionId === undefined) continue;
    await container.getBlobClient(name).withVersion(item.versionId).delete({ abortSignal: signal });
    versions += 1;
  }
  if (!isCurrentRemoved && versions === 0) {
    throw new DaybookError("SINK_NOT_FOUND", { message: `${subject}: expected a blob, found none` });
  }
  return versions === 0 ? { removed: 1 } : { removed: versions, note: `${versions} versions of the blob` };
}

async function deleteCurrent(
  container: ContainerClient,
  name: string,
  signal: AbortSignal,
): Promise<boolean> {
  try {
    await container.getBlobClient(name).delete({ deleteSnapshots: "include", abortSignal: signal });
    return true;
  } catch (thrown) {
    if (isDaybookError(storageError(thrown, name, signal), "SINK_NOT_FOUND")) return false;
    throw thrown;
  }
}
