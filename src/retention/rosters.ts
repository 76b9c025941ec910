import { actFolder } from "../archive/layout.js";
import { BREAK_GLASS_MS, parseRoster } from "../archive/roster.js";
import type { Roster } from "../archive/roster.js";
import { readHashed } from "../archive/read-hashed.js";
import type { ArchiveSource } from "../archive/source.js";
import type { RetentionRecord, RosterSet } from "../model/retention-record.js";

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
  return parseRoster(await readHashed(source, { path, sha256 }, new AbortController().signal), path);
}
