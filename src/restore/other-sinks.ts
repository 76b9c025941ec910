import type { LedgerContent } from "../ledger/read-ledger.js";
import { DaybookError, isDaybookError } from "../model/errors.js";
import { entryPath } from "../model/ledger-entry.js";
import { LIMITS } from "../archive/layout.js";
import { readSmall, storeSource } from "../archive/source.js";
import type { ArchiveSource } from "../archive/source.js";
import { LedgerFence } from "../deliver/ledger-fence.js";
import type { LedgerOrigin } from "./fetch-ledger.js";

/**
 * Holds the ledger that was brought against the other record sinks. SINK_BEHIND when one of them has more of it: what goes on
 * from less would be another archive for that sink; ARCHIVE_FORKED when one has other entries. Returns, for people, what
 * could not be compared.
 */
export async function compareOtherSinks(
  from: LedgerOrigin,
  others: readonly LedgerOrigin[],
  archive: ArchiveSource,
  { size, keys }: LedgerContent,
  signal: AbortSignal,
): Promise<readonly string[]> {
  const notes: string[] = [];
  for (const other of others) {
    try {
      await new LedgerFence({ ...other, archive, ledgerSize: () => size, keys }).check(signal);
    } catch (error) {
      signal.throwIfAborted();
      if (!isDaybookError(error)) throw error;
      if (error.code === "ARCHIVE_FORKED") throw await explained(error, from, other, archive, size, signal);
      notes.push(`${other.name} was not compared: ${error.message} (${error.code})`);
    }
  }
  return notes;
}

/** The same newest entry in both: the other one only has more. */
async function explained(
  error: DaybookError,
  from: LedgerOrigin,
  other: LedgerOrigin,
  archive: ArchiveSource,
  size: number,
  signal: AbortSignal,
): Promise<DaybookError> {
  const path = entryPath(size - 1);
  const ours = await readSmall(archive, path, LIMITS.ledgerEntry, signal);
  const theirs = await readSmall(storeSource(other.store, other.tenant), path, LIMITS.ledgerEntry, signal);
  if (ours === undefined || theirs === undefined || Buffer.compare(ours, theirs) !== 0) {
    return new DaybookError("ARCHIVE_FORKED", {
      message: error.message,
      hint: `${from.name} and ${other.name} hold different archives from there on: decide which one goes on, take the other sink out of the configuration, and restore again`,
      cause: error,
    });
  }
  return new DaybookError("SINK_BEHIND", {
    message: `${from.name}: ${from.tenant}/ledger: found ${size} entries, expected all that ${other.name} has, which are more`,
    hint: `run \`daybook restore --from ${other.name} --tenant ${other.tenant}\`; where ${other.name} is damaged, take it out of the configuration first`,
  });
}
