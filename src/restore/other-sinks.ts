import type { LedgerContent } from "../ledger/read-ledger.js";
import { DaybookError, isDaybookError } from "../model/errors.js";
import { entryPath } from "../model/ledger-entry.js";
import { LIMITS } from "../archive/layout.js";
import { readSmall, storeSource } from "../archive/source.js";
import type { ArchiveSource } from "../archive/source.js";
import { LedgerFence } from "../deliver/ledger-fence.js";
import type { LedgerOrigin } from "./fetch-ledger.js";

interface Comparison {
  readonly from: LedgerOrigin;
  readonly others: readonly LedgerOrigin[];
  /** Where the ledger was brought to. */
  readonly archive: ArchiveSource;
  readonly ledger: LedgerContent;
}

/**
 * Compares the ledger that was brought with the other record sinks. SINK_BEHIND when one of them has more signed entries:
 * going on from fewer would fork the archive; ARCHIVE_FORKED when one has other entries. Returns, for people, what could
 * not be compared.
 */
export async function compareOtherSinks(
  { from, others, archive, ledger: { size, keys } }: Comparison,
  signal: AbortSignal,
): Promise<readonly string[]> {
  const notes: string[] = [];
  for (const other of others) {
    try {
      await new LedgerFence({ ...other, archive, ledgerSize: () => size, keys }).check(signal);
    } catch (error) {
      signal.throwIfAborted();
      if (!isDaybookError(error)) throw error;
      if (error.code !== "ARCHIVE_FORKED") {
        notes.push(`${other.name} was not compared: ${error.message} (${error.code})`);
        continue;
      }
      const source = storeSource(other.store, other.tenant);
      if (!(await hasSameNewest(archive, source, size, signal))) throw forked(error, from, other);
      throw behind(from, other, size);
    }
  }
  return notes;
}

/** Whether both ledgers have the same newest entry of `size`: then the other one only has more. */
async function hasSameNewest(
  archive: ArchiveSource,
  other: ArchiveSource,
  size: number,
  signal: AbortSignal,
): Promise<boolean> {
  const path = entryPath(size - 1);
  const [ours, theirs] = [
    await readSmall(archive, path, LIMITS.ledgerEntry, signal),
    await readSmall(other, path, LIMITS.ledgerEntry, signal),
  ];
  return ours !== undefined && theirs !== undefined && Buffer.compare(ours, theirs) === 0;
}

function forked(cause: DaybookError, from: LedgerOrigin, other: LedgerOrigin): DaybookError {
  return new DaybookError("ARCHIVE_FORKED", {
    message: cause.message,
    hint: `${from.name} and ${other.name} hold different archives from there on: decide which one goes on, take the other sink out of the configuration, and restore again`,
    cause,
  });
}

function behind(from: LedgerOrigin, other: LedgerOrigin, size: number): DaybookError {
  return new DaybookError("SINK_BEHIND", {
    message: `${from.name}: ${from.tenant}/ledger: found ${size} entries, expected all that ${other.name} has, which are more`,
    hint: `run \`daybook restore --from ${other.name} --tenant ${other.tenant}\`; where ${other.name} is damaged, take it out of the configuration first`,
  });
}
