import type { BlobClient, BlobItem, ContainerClient } from "@azure/storage-blob";

/** A version of a blob; of a container that keeps none, the blob. */
export interface BlobVersion {
  readonly blob: BlobClient;
  /** Absent in a container that keeps no versions. */
  readonly versionId: string | undefined;
}

/** Every version of exactly this blob that can be read. */
export async function versionsOf(
  container: ContainerClient,
  name: string,
  signal: AbortSignal,
): Promise<readonly BlobVersion[]> {
  const found: BlobVersion[] = [];
  for await (const { versionId } of itemsOf(container, name, false, signal)) {
    const blob = container.getBlobClient(name);
    found.push({ blob: versionId === undefined ? blob : blob.withVersion(versionId), versionId });
  }
  return found;
}

/** What the account's soft delete keeps of the blob: how much, and until when. Undefined when it keeps nothing. */
export async function softDeleted(
  container: ContainerClient,
  name: string,
  signal: AbortSignal,
): Promise<{ readonly count: number; readonly days: number } | undefined> {
  let [count, days] = [0, 0];
  for await (const { deleted, properties } of itemsOf(container, name, true, signal)) {
    if (!deleted) continue;
    count += 1;
    days = Math.max(days, properties.remainingRetentionDays ?? 0);
  }
  return count === 0 ? undefined : { count, days };
}

async function* itemsOf(
  container: ContainerClient,
  name: string,
  includeDeleted: boolean,
  signal: AbortSignal,
): AsyncGenerator<BlobItem> {
  const options = { prefix: name, includeVersions: true, includeDeleted, abortSignal: signal };
  for await (const item of container.listBlobsFlat(options)) {
    // The exact name comes before longer names with the same start.
    if (item.name !== name) return;
    yield item;
  }
}
