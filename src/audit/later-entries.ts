import { isArchiveFault } from "../archive/flaw.js";
import type { ArchiveKeys } from "../archive/keys.js";
import { LIMITS } from "../archive/layout.js";
import { readSmall } from "../archive/source.js";
import { isSignedEntry, parseEntry } from "../ledger/entry-format.js";
import { entryPath } from "../model/ledger-entry.js";
import type { LedgerEntry } from "../model/ledger-entry.js";
import { sha256Hex } from "../model/sha256.js";
import type { UtcDay } from "../model/utc-day.js";
import type { Audit } from "./audit.js";
import type { PackageContext } from "./check-package.js";
import type { LedgerFacts } from "./ledger-facts.js";

/** Where the chain of entries goes on: the number of the next one, and the hash that it must hold. */
export interface ChainEnd {
  readonly seq: number;
  readonly prev: string | undefined;
}

/** The entry in these bytes, when it continues the chain and a trusted key has signed it; else undefined. */
export function continuing(
  bytes: Uint8Array,
  { seq, prev }: ChainEnd,
  trusted: ArchiveKeys,
): LedgerEntry | undefined {
  try {
    const entry = parseEntry(bytes, entryPath(seq));
    return entry.seq === seq && entry.prev === prev && isSignedEntry(bytes, trusted) ? entry : undefined;
  } catch (error) {
    if (isArchiveFault(error)) return undefined;
    throw error;
  }
}

/** The days whose destruction began after the newest head was read: their files go while the archive is checked. */
export async function disposalsBegunSince(
  { reader, signal }: Audit,
  { keys }: PackageContext,
  { head, lastHash }: LedgerFacts,
): Promise<ReadonlySet<UtcDay>> {
  const days = new Set<UtcDay>();
  for (let end: ChainEnd = { seq: head.size, prev: lastHash }; ;) {
    const bytes = await readSmall(reader, entryPath(end.seq), LIMITS.ledgerEntry, signal);
    const entry = bytes && continuing(bytes, end, keys.trusted);
    if (bytes === undefined || entry === undefined) return days;
    if (entry.type === "disposal-begun") days.add(entry.day);
    end = { seq: end.seq + 1, prev: sha256Hex(bytes) };
  }
}
