import { basename } from "node:path";
import type { Files } from "../io/files.js";
import { DaybookError } from "../model/errors.js";
import { entryPath } from "../model/ledger-entry.js";
import type { Ledger } from "./ledger.js";
import { moveToQuarantine } from "./quarantine.js";
import type { LedgerContent } from "./read-ledger.js";

/**
 * Moves entries that are not signed by the archive's key out of the ledger, so that no head is ever signed over them. Returns what was moved, in words; undefined when there is none.
 */
export async function setAsideUnproven(
  files: Files,
  root: string,
  { size, unproven }: LedgerContent,
): Promise<string | undefined> {
  const moves: string[] = [];
  // The newest first: after a crash the rest is still without a hole.
  for (let seq = size + unproven - 1; seq >= size; seq -= 1) {
    const path = entryPath(seq);
    moves.push(`${path} to ${await moveToQuarantine(files, root, path, `entry-${basename(path)}`)}`);
  }
  return moves.length === 0 ? undefined : `moved ${moves.join(", ")}`;
}

/** Records what was moved, then throws ARCHIVE_DAMAGED: an operator must know. The next start goes on without it. */
export async function reportUnproven(ledger: Ledger, moved: string): Promise<never> {
  const subject = `found an entry without a signature of this archive; ${moved}`;
  await ledger.append({ type: "incident", day: null, code: "ENTRY_NOT_SIGNED", subject }, "daybook");
  throw new DaybookError("ARCHIVE_DAMAGED", {
    message: `ledger: found an entry beyond the newest head, expected the signature of this archive's key in it; ${moved}`,
    hint: "somebody without the archive's key has written to the ledger: find out who can, and run `daybook verify` on each record sink; the next start goes on without the entry, and nothing is lost by that",
  });
}
