import type { VerificationState } from "./state.js";
import type { LedgerEntry } from "../model/ledger-entry.js";

/** The newest `fixity-checked` entry of each sink, in the order in which sinks were first checked. */
export function verificationsOf(entries: readonly LedgerEntry[]): readonly VerificationState[] {
  const newest = new Map<string, VerificationState>();
  for (const entry of entries) {
    if (entry.type !== "fixity-checked") continue;
    const { sink, days, findings } = entry;
    newest.set(sink, { sink, atMs: Date.parse(entry.time), days, findings });
  }
  return [...newest.values()];
}
