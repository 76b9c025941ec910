import type { Files } from "../../src/io/files.js";
import { readChain } from "../../src/ledger/ledger-entries.js";
import type { LedgerEntry } from "../../src/model/ledger-entry.js";

/** The ledger's entries as they lie in `root`, the chain proved. */
export async function storedEntries(files: Files, root: string): Promise<readonly LedgerEntry[]> {
  const entries: LedgerEntry[] = [];
  for await (const { entry } of readChain({ files, root }, new AbortController().signal)) entries.push(entry);
  return entries;
}
