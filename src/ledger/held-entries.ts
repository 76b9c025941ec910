import type { HeldDays } from "../archive/held-days.js";
import { LIMITS } from "../archive/layout.js";
import { readSmall } from "../archive/source.js";
import { entryPath } from "../model/ledger-entry.js";
import type { LedgerEntry } from "../model/ledger-entry.js";
import { parseEntry } from "./entry-format.js";
import { READS_AT_ONCE, damagedLedger } from "./ledger-entries.js";

/** Every entry that the head covers, as it lies there; whoever opened the archive has proved the chain. ARCHIVE_DAMAGED for a hole. */
export async function* heldEntries(
  { tree, head }: Pick<HeldDays, "tree" | "head">,
  signal: AbortSignal,
): AsyncGenerator<{ readonly entry: LedgerEntry; readonly bytes: Uint8Array }, void> {
  for (let start = 0; start < head.size; start += READS_AT_ONCE) {
    const seqs = Array.from(
      { length: Math.min(READS_AT_ONCE, head.size - start) },
      (_, index) => start + index,
    );
    yield* await Promise.all(
      seqs.map(async (seq) => {
        const path = entryPath(seq);
        const bytes = await readSmall(tree, path, LIMITS.ledgerEntry, signal);
        if (bytes === undefined) throw damagedLedger(path, "content", "nothing", "a file");
        return { entry: parseEntry(bytes, path), bytes };
      }),
    );
  }
}
