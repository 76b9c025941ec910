import { join } from "node:path";
import type { OpenedStore } from "./opened-sinks.js";
import type { Files } from "../io/files.js";
import { isCreated, parseIdentity } from "../ledger/archive-tree.js";
import type { ArchiveIdentity } from "../ledger/archive-tree.js";
import { DaybookError, isDaybookError } from "../model/errors.js";
import { storeSource } from "../archive/source.js";
import { readWhole } from "../plugin/expected-body.js";
import { sinkTaken } from "./ledger-fence.js";
import { RESTORE_FOLDER } from "../restore/restored-tree.js";

export interface FirstStart {
  readonly tenant: string;
  /** The tenant's folder in the state folder. */
  readonly root: string;
  readonly files: Files;
  /** The record sinks. */
  readonly stores: readonly OpenedStore[];
}

/** A first start waits no longer for sinks that do not answer; the fence before each pass asks them again. */
const PATIENCE_MS = 10_000;
const MAX_IDENTITY_BYTES = 65_536;

/**
 * Where nothing is archived yet, a new archive is about to begin. SINK_TAKEN when a record sink holds one of this tenant: then
 * the state folder was lost or is the wrong one, and a second archive would fit into no sink. ARCHIVE_DAMAGED when a restore
 * was begun and has not ended.
 */
export async function refuseSecondArchive({ tenant, root, files, stores }: FirstStart): Promise<void> {
  if (await isCreated(files, root)) return;
  if ((await files.stat(join(root, RESTORE_FOLDER))) !== undefined) {
    throw new DaybookError("ARCHIVE_DAMAGED", {
      message: `${join(root, RESTORE_FOLDER)}: found a restore that was begun, expected one that has ended`,
      hint: "run `daybook restore` again: it finishes what it began",
    });
  }
  const signal = AbortSignal.timeout(PATIENCE_MS);
  await Promise.all(stores.map((sink) => refuseIfTaken(sink, tenant, signal)));
}

async function refuseIfTaken(sink: OpenedStore, tenant: string, signal: AbortSignal): Promise<void> {
  const found = await archiveIn(sink, tenant, signal);
  if (found === undefined) return;
  const { name } = sink;
  throw sinkTaken(`${name}: ${tenant}/archive.json`, { name, tenant }, found, "none before a first start");
}

/** Undefined when there is none, or when the sink cannot tell. */
async function archiveIn(
  { store, name }: OpenedStore,
  tenant: string,
  signal: AbortSignal,
): Promise<ArchiveIdentity | undefined> {
  try {
    const body = await storeSource(store, tenant).open("archive.json", signal);
    return body && parseIdentity(await readWhole(body, MAX_IDENTITY_BYTES), name);
  } catch (error) {
    // An outage is no reason not to start.
    if (signal.aborted || isDaybookError(error, "SINK_UNAVAILABLE")) return undefined;
    throw error;
  }
}
