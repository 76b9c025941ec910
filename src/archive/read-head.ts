import { raise } from "./flaw.js";
import { parseHead } from "./head.js";
import type { Head, SignedHead } from "./head.js";
import type { HeldDays } from "./held-days.js";
import { LIMITS } from "./layout.js";
import { readSmall } from "./source.js";
import { headPath } from "../model/ledger-entry.js";

/**
 * The bytes of the head under which the archive was read: a writer may have gone on since, and a bag has it as `head` alone.
 * ARCHIVE_DAMAGED when it is not there.
 */
export async function readHeadOf(
  { tree, head }: Pick<HeldDays, "tree" | "head">,
  signal: AbortSignal,
): Promise<{ readonly bytes: Uint8Array; readonly signed: SignedHead }> {
  for (const path of [headPath(head.size), "head"]) {
    const bytes = await readSmall(tree, path, LIMITS.head, signal);
    const signed = bytes && parseHead(bytes);
    if (bytes !== undefined && signed !== undefined && isSame(signed.head, head)) return { bytes, signed };
  }
  const expected = `a head of size ${head.size} and root ${head.root}`;
  return raise({
    code: "FILE_MISSING",
    subject: headPath(head.size),
    found: "another or none",
    expected,
  });
}

function isSame(one: Head, other: Head): boolean {
  return one.size === other.size && one.root === other.root;
}
