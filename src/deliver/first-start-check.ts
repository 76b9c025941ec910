import { LIMITS } from "../archive/layout.js";
import { readSmall, storeSource } from "../archive/source.js";
import { parseIdentity } from "../ledger/archive-tree.js";
import type { ArchiveIdentity } from "../ledger/archive-tree.js";
import { isDaybookError } from "../model/errors.js";
import { sinkTaken } from "./ledger-fence.js";
import type { OpenedStore } from "./opened-sinks.js";

/** How long a first start waits for sinks that do not answer; each pass checks them again. */
const PROBE_TIMEOUT_MS = 10_000;

/**
 * To be called before an archive is created. SINK_TAKEN when a record sink holds an archive of this tenant: then the state
 * folder was lost or is the wrong one, and no sink would accept a second archive. A sink that does not answer is no reason not
 * to start. When none answers, one that refuses, such as for a wrong credential, is.
 */
export async function refuseSecondArchive(
  stores: readonly OpenedStore[],
  tenant: string,
  stop: AbortSignal,
): Promise<void> {
  const signal = AbortSignal.any([stop, AbortSignal.timeout(PROBE_TIMEOUT_MS)]);
  const answers = await Promise.allSettled(stores.map((opened) => identityBytes(opened, tenant, signal)));
  stop.throwIfAborted();
  for (const [number, answer] of answers.entries()) {
    const name = stores[number]?.name ?? "";
    if (answer.status === "fulfilled" && answer.value !== undefined)
      throw taken(name, tenant, parseIdentity(answer.value, name));
  }
  if (answers.some(({ status }) => status === "fulfilled")) return;
  const refusal = answers.find((answer) => answer.status === "rejected" && !isOutage(answer.reason, signal));
  if (refusal?.status === "rejected") throw refusal.reason;
}

/** SINK_TAKEN when the sink holds an archive of this tenant that is not `own`; without `own`, any. */
export async function refuseAnotherArchive(
  opened: OpenedStore,
  tenant: string,
  own: ArchiveIdentity | undefined,
  signal: AbortSignal,
): Promise<void> {
  const bytes = await identityBytes(opened, tenant, signal);
  if (bytes === undefined) return;
  const found = parseIdentity(bytes, opened.name);
  if (own === undefined) throw taken(opened.name, tenant, found);
  if (found.archiveId === own.archiveId) return;
  throw sinkTaken(
    `${opened.name}: ${tenant}/archive.json`,
    { name: opened.name, tenant },
    found,
    `archive ${own.archiveId}`,
  );
}

/** Undefined when the sink holds no archive of the tenant. */
async function identityBytes(
  { store }: OpenedStore,
  tenant: string,
  signal: AbortSignal,
): Promise<Uint8Array | undefined> {
  return readSmall(storeSource(store, tenant), "archive.json", LIMITS.smallFile, signal);
}

function isOutage(error: unknown, signal: AbortSignal): boolean {
  return signal.aborted || isDaybookError(error, "SINK_UNAVAILABLE");
}

function taken(name: string, tenant: string, found: ArchiveIdentity): Error {
  return sinkTaken(`${name}: ${tenant}/archive.json`, { name, tenant }, found, "none before a first start");
}
