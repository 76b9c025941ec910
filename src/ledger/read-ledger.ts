import { join } from "node:path";
import type { Files } from "../io/files.js";
import { DaybookError, isDaybookError } from "../model/errors.js";
import { FIRST_PREV, entryPath, headPath } from "../model/ledger-entry.js";
import type { LedgerEntry } from "../model/ledger-entry.js";
import { sha256Hex } from "../model/sha256.js";
import type { ArchiveKeys } from "./archive-keys.js";
import { parseEntry } from "./entry-format.js";
import { MAX_HEAD_BYTES, openHead } from "./head.js";
import type { Head } from "./head.js";
import { readPinnedFiles } from "./pinned-files.js";

/** What a ledger says, proved: every entry in order, the chain whole, the newest head signed over it. */
export interface LedgerContent {
  readonly entries: readonly LedgerEntry[];
  /** SHA-256 (hex) of the newest entry's bytes. */
  readonly lastHash: string;
  /** Size that the newest file in `heads/` states: `entries.length`, or one less after a crash. */
  readonly headSize: number;
  /** Size that `head` states; 0 when there is none. */
  readonly cachedHeadSize: number;
  readonly keys: ArchiveKeys;
}

const MAX_ENTRY_BYTES = 1 << 20;
const READS_AT_ONCE = 32;

/**
 * Reads the ledger in `root`; a reader needs no lock. ARCHIVE_NOT_FOUND when nothing was ever written; ARCHIVE_DAMAGED when
 * an entry, a head or a pinned file is missing or altered, or the ledger is shorter than a head says; ARCHIVE_TOO_NEW.
 */
export async function readLedger(files: Files, root: string, origin: string): Promise<LedgerContent> {
  // The order lets a writer go on meanwhile: it writes entry, head file and `head` in turn, so each list read later is at
  // least as long as what was read before it.
  const sizesBefore = await listHeads(files, root);
  const cachedBytes = await readCachedHead(files, root);
  const chain = await readChain(files, root);
  const sizesAfter = await listHeads(files, root);
  const size = chain.entries.length;
  if (size === 0 && sizesBefore === 0 && cachedBytes === undefined) {
    throw new DaybookError("ARCHIVE_NOT_FOUND", { message: `${root}: the ledger has no entry` });
  }
  if (sizesBefore > size)
    throw damaged(`${root}/ledger`, "entries", String(size), `${sizesBefore}, as a head says`);
  if (sizesAfter < size - 1)
    throw damaged(`${root}/heads`, "heads", String(sizesAfter), `${size}, one for each entry`);

  const keys = await readPinnedFiles(files, root, origin, chain.entries);
  const headSize = Math.min(sizesAfter, size);
  if (headSize > 0) {
    const path = headPath(headSize);
    checkHead(
      openHead(await readListed(files, root, path, MAX_HEAD_BYTES), path, origin, keys),
      path,
      chain,
      headSize,
    );
  }
  const cachedHeadSize = cachedBytes === undefined ? 0 : openHead(cachedBytes, "head", origin, keys).size;
  if (cachedBytes !== undefined) {
    // A crash leaves it one behind; more means that somebody put an older one back.
    if (cachedHeadSize < sizesBefore - 1)
      throw damaged("head", "size", String(cachedHeadSize), String(sizesBefore));
    checkHead(openHead(cachedBytes, "head", origin, keys), "head", chain, cachedHeadSize);
  }
  return { ...chain, headSize, cachedHeadSize, keys };
}

interface Chain {
  readonly entries: readonly LedgerEntry[];
  readonly lastHash: string;
}

async function readChain(files: Files, root: string): Promise<Chain> {
  const size = await countEntries(files, root);
  const entries: LedgerEntry[] = [];
  let lastHash = FIRST_PREV;
  for (let from = 0; from < size; from += READS_AT_ONCE) {
    const paths = Array.from({ length: Math.min(READS_AT_ONCE, size - from) }, (_, index) =>
      entryPath(from + index),
    );
    const read = await Promise.all(paths.map((path) => readListed(files, root, path, MAX_ENTRY_BYTES)));
    for (const [index, bytes] of read.entries()) {
      const entry = parseEntry(bytes, paths[index] ?? root);
      requireNext(entry, from + index, lastHash);
      entries.push(entry);
      lastHash = sha256Hex(bytes);
    }
  }
  if (size > 0 && entries[0]?.type !== "archive-created") {
    throw damaged(entryPath(0), "first entry", entries[0]?.type ?? "none", "archive-created");
  }
  return { entries, lastHash };
}

function requireNext(entry: LedgerEntry, seq: number, lastHash: string): void {
  const subject = entryPath(seq);
  if (entry.seq !== seq) throw damaged(subject, "seq", String(entry.seq), String(seq));
  if (entry.prev !== lastHash) throw damaged(subject, "prev", entry.prev, lastHash);
  if (seq > 0 && entry.type === "archive-created") throw damaged(subject, "type", entry.type, "another");
}

/** Entries are numbered from 0 without a hole, and nothing else lies beside them. */
async function countEntries(files: Files, root: string): Promise<number> {
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

/** Number of heads: they too are numbered without a hole, from 1. */
async function listHeads(files: Files, root: string): Promise<number> {
  const names = await files.list(join(root, "heads"));
  requireNumbered(
    names.map((name) => `heads/${name}`),
    (index) => headPath(index + 1),
  );
  return names.length;
}

function requireNumbered(paths: readonly string[], expected: (index: number) => string): void {
  for (const [index, path] of paths.entries()) {
    if (path !== expected(index)) throw damaged(expected(index), "numbering", path, expected(index));
  }
}

async function readCachedHead(files: Files, root: string): Promise<Uint8Array | undefined> {
  const path = join(root, "head");
  return (await files.stat(path)) === undefined ? undefined : files.read(path, MAX_HEAD_BYTES);
}

/** Reads what a folder's list has named: a name that leads nowhere is damage. */
async function readListed(files: Files, root: string, path: string, maxBytes: number): Promise<Uint8Array> {
  try {
    return await files.read(join(root, path), maxBytes);
  } catch (error) {
    if (!isDaybookError(error, "FILE_NOT_FOUND")) throw error;
    throw damaged(path, "content", "a name that leads nowhere", "a file");
  }
}

function checkHead(head: Head, subject: string, { entries, lastHash }: Chain, size: number): void {
  if (head.size !== size) throw damaged(subject, "size", String(head.size), String(size));
  if (size > entries.length)
    throw damaged("ledger", "entries", String(entries.length), `${size}, as ${subject} says`);
  const expected = size === entries.length ? lastHash : entries[size]?.prev;
  if (head.lastHash !== expected) throw damaged(subject, "last hash", head.lastHash, String(expected));
}

function damaged(subject: string, rule: string, found: string, expected: string): DaybookError {
  return new DaybookError("ARCHIVE_DAMAGED", {
    message: `${subject}: ${rule}: found ${found}, expected ${expected}`,
  });
}
