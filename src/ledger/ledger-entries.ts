import { join } from "node:path";
import type { Files } from "../io/files.js";
import type { ArchiveKeys } from "../archive/keys.js";
import { LIMITS } from "../archive/layout.js";
import { leafHash } from "../bytes/merkle-tree.js";
import { DaybookError, isDaybookError } from "../model/errors.js";
import { FIRST_PREV, entryPath, headPath } from "../model/ledger-entry.js";
import type { LedgerEntry } from "../model/ledger-entry.js";
import { sha256Hex } from "../model/sha256.js";
import { isSignedEntry, parseEntry } from "./entry-format.js";

/** An entry as it lies on disk, and the hash that the next one must name. */
export interface StoredEntry {
  readonly entry: LedgerEntry;
  /** SHA-256 (hex) of its bytes. */
  readonly hash: string;
  /** Its leaf in the tree over the ledger. */
  readonly leaf: Uint8Array;
}

interface Folder {
  readonly files: Files;
  /** The archive's folder. */
  readonly root: string;
}

export const READS_AT_ONCE = 32;

/**
 * The entries numbered `from` up to and without `to`, each proved to follow the one before; `lastHash` is of the one before
 * `from`. ARCHIVE_DAMAGED where the chain is broken.
 */
export async function* readEntries(
  { files, root }: Folder,
  { from, to, lastHash }: { readonly from: number; readonly to: number; readonly lastHash: string },
  signal: AbortSignal,
): AsyncGenerator<StoredEntry> {
  let hash = lastHash;
  for (let start = from; start < to; start += READS_AT_ONCE) {
    signal.throwIfAborted();
    const seqs = Array.from({ length: Math.min(READS_AT_ONCE, to - start) }, (_, index) => start + index);
    const read = await Promise.all(seqs.map((seq) => readEntry(files, root, seq)));
    for (const [index, stored] of read.entries()) {
      requireNext(stored.entry, start + index, hash);
      hash = stored.hash;
      yield stored;
    }
  }
}

/** Every entry from the first on. ARCHIVE_DAMAGED where the chain is broken. */
export async function* readChain(folder: Folder, signal: AbortSignal): AsyncGenerator<StoredEntry> {
  const to = await countEntries(folder.files, folder.root);
  yield* readEntries(folder, { from: 0, to, lastHash: FIRST_PREV }, signal);
}

/**
 * How many of the first `entries` entries count. Those at the end that neither a head covers nor a key of the archive has
 * signed do not: anybody who can write to the folder can put them there.
 */
export async function countProven(
  place: Folder & { readonly keys: ArchiveKeys },
  entries: number,
): Promise<number> {
  const { files, root, keys } = place;
  if (entries === 0 || (await files.stat(join(root, headPath(entries)))) !== undefined) return entries;
  const newest = await readNamed(files, root, entryPath(entries - 1), LIMITS.ledgerEntry);
  return isSignedEntry(newest, keys) ? entries : countProven(place, entries - 1);
}

/** ARCHIVE_DAMAGED when it is not there or has another form. */
export async function readEntry(files: Files, root: string, seq: number): Promise<StoredEntry> {
  const path = entryPath(seq);
  const bytes = await readNamed(files, root, path, LIMITS.ledgerEntry);
  return { entry: parseEntry(bytes, path), hash: sha256Hex(bytes), leaf: leafHash(bytes) };
}

export async function hasEntry(files: Files, root: string, seq: number): Promise<boolean> {
  return (await files.stat(join(root, entryPath(seq)))) !== undefined;
}

/** Reads what must be there: a name that leads nowhere is damage. */
export async function readNamed(
  files: Files,
  root: string,
  path: string,
  maxBytes: number,
): Promise<Uint8Array> {
  try {
    return await files.read(join(root, path), maxBytes);
  } catch (error) {
    if (!isDaybookError(error, "FILE_NOT_FOUND")) throw error;
    throw damagedLedger(path, "content", "nothing", "a file");
  }
}

export function requireNumbered(paths: readonly string[], expected: (index: number) => string): void {
  for (const [index, path] of paths.entries()) {
    if (path !== expected(index)) throw damagedLedger(expected(index), "numbering", path, expected(index));
  }
}

export function damagedLedger(subject: string, rule: string, found: string, expected: string): DaybookError {
  return new DaybookError("ARCHIVE_DAMAGED", {
    message: `${subject}: ${rule}: found ${found}, expected ${expected}`,
  });
}

/** Entries are numbered from 0 without a hole, and nothing else lies beside them. */
export async function countEntries(files: Files, root: string): Promise<number> {
  let count = 0;
  for (const folder of await files.list(join(root, "ledger"))) {
    const names = await files.list(join(root, "ledger", folder));
    const first = count;
    requireNumbered(
      names.map((name) => `ledger/${folder}/${name}`),
      (index) => entryPath(first + index),
    );
    count += names.length;
  }
  return count;
}

function requireNext(entry: LedgerEntry, seq: number, lastHash: string): void {
  const subject = entryPath(seq);
  if (entry.seq !== seq) throw damagedLedger(subject, "seq", String(entry.seq), String(seq));
  if (entry.prev !== lastHash) throw damagedLedger(subject, "prev", entry.prev, lastHash);
  if ((seq === 0) !== (entry.type === "archive-created"))
    throw damagedLedger(subject, "type", entry.type, seq === 0 ? "archive-created" : "another");
}
