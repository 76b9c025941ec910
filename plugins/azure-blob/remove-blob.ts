import type { BlobClient, ContainerClient } from "@azure/storage-blob";
import { DAY_MS, DaybookError, isDaybookError, utcDayOf } from "daybook/plugin";
import type { Clock, RemovalReceipt } from "daybook/plugin";
import { refusalBy, refusedByService } from "./immutability.js";
import { storageError } from "./storage-error.js";
import { softDeleted, versionsOf } from "./versions.js";
import type { BlobVersion } from "./versions.js";

/** The blob to remove. */
export interface Removal {
  readonly container: ContainerClient;
  readonly name: string;
  /** What messages call it. */
  readonly subject: string;
  readonly clock: Clock;
}

/**
 * Deletes the blob, its snapshots and, where the account keeps versions, all of them: a deleted blob lives on as a version.
 * While one of them is protected, none is deleted. After an interruption the next attempt finds the versions that are left.
 * SINK_REFUSED with the lock while a policy or a hold stands.
 */
export async function removeBlob(removal: Removal, signal: AbortSignal): Promise<RemovalReceipt> {
  const { container, name, subject, clock } = removal;
  const found = await versionsOf(container, name, signal);
  if (found.length === 0)
    throw new DaybookError("SINK_NOT_FOUND", { message: `${subject}: expected a blob, found none` });
  for (const { blob } of found) await requireUnprotected(blob, subject, clock.now(), signal);
  await explained(removal, () => deleteCurrent(container, name, signal), signal);
  let versions = 0;
  for (const { blob, versionId } of await versionsOf(container, name, signal)) {
    if (versionId === undefined) continue;
    await explained(removal, () => blob.delete({ abortSignal: signal }), signal);
    versions += 1;
  }
  const left = await versionsOf(container, name, signal);
  if (left.length > 0) {
    throw new DaybookError("SINK_REFUSED", {
      message: `${subject}: removal: expected nothing to stay, found ${left.length} versions`,
    });
  }
  const note = await noteOf(removal, found, signal);
  return { removed: 1, ...(versions === 0 ? {} : { versions }), note };
}

async function requireUnprotected(
  blob: BlobClient,
  subject: string,
  nowMs: number,
  signal: AbortSignal,
): Promise<void> {
  const refusal = refusalBy(await blob.getProperties({ abortSignal: signal }), subject, nowMs);
  if (refusal !== undefined) throw refusal;
}

/** The service's refusal names neither date nor hold: what the versions show says which it is. */
async function explained(
  { container, name, subject }: Removal,
  run: () => Promise<unknown>,
  signal: AbortSignal,
): Promise<void> {
  try {
    await run();
  } catch (error) {
    const refusal = refusedByService(error, subject);
    if (refusal === undefined) throw error;
    for (const { blob } of await versionsOf(container, name, signal))
      await requireUnprotected(blob, subject, 0, signal);
    throw refusal;
  }
}

async function noteOf(
  { container, name, clock }: Removal,
  found: readonly BlobVersion[],
  signal: AbortSignal,
): Promise<string> {
  const kept = await softDeleted(container, name, signal);
  const hasVersions = found.some(({ versionId }) => versionId !== undefined);
  const done = `${hasVersions ? "every version" : "the blob"} deleted and confirmed absent`;
  if (kept === undefined) return done;
  const until = utcDayOf(clock.now() + (kept.days + 1) * DAY_MS);
  return `${done}; the soft delete of the account lets its administrators restore it until ${until}`;
}

async function deleteCurrent(container: ContainerClient, name: string, signal: AbortSignal): Promise<void> {
  try {
    await container.getBlobClient(name).delete({ deleteSnapshots: "include", abortSignal: signal });
  } catch (thrown) {
    // Only versions are left of it.
    if (!isDaybookError(storageError(thrown, name, signal), "SINK_NOT_FOUND")) throw thrown;
  }
}
