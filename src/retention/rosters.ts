import { raise, missing } from "../archive/flaw.js";
import { LIMITS, actFolder } from "../archive/layout.js";
import { BREAK_GLASS_MS, parseRoster } from "../archive/roster.js";
import type { Roster } from "../archive/roster.js";
import { readSmall } from "../archive/source.js";
import type { ArchiveSource } from "../archive/source.js";
import type { RetentionRecord, RosterSet } from "../model/retention-record.js";
import { sha256Hex } from "../model/sha256.js";

/** The entry of the roster in force at `atMs`; undefined while there is none. */
export function rosterSetAt({ rosters }: RetentionRecord, atMs: number): RosterSet | undefined {
  return rosters.findLast(({ mode, at }) => mode !== "break-glass" || at + BREAK_GLASS_MS <= atMs);
}

/** The roster in force at `atMs`. ARCHIVE_DAMAGED when its file is not the one that the ledger names. */
export async function rosterInForce(
  source: ArchiveSource,
  record: RetentionRecord,
  atMs: number,
): Promise<Roster | undefined> {
  const set = rosterSetAt(record, atMs);
  return set === undefined ? undefined : readRoster(source, set);
}

export async function readRoster(source: ArchiveSource, { seq, sha256 }: RosterSet): Promise<Roster> {
  const path = `${actFolder(seq)}/roster.json`;
  const bytes = await readSmall(source, path, LIMITS.ledgerEntry, new AbortController().signal);
  if (bytes === undefined) return raise(missing(path));
  if (sha256Hex(bytes) !== sha256)
    return raise({ code: "FILE_HASH", subject: path, found: sha256Hex(bytes), expected: sha256 });
  return parseRoster(bytes, path);
}
