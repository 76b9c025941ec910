import { join } from "node:path";
import type { Files } from "../io/files.js";
import { DaybookError, isDaybookError } from "../model/errors.js";
import { FIRST_PREV, entryPath, headPath } from "../model/ledger-entry.js";
import type { ArchiveKeys } from "../archive/keys.js";
import { CHECKPOINT_PATH, MAX_CHECKPOINT_BYTES, openCheckpoint, parseCheckpoint } from "./checkpoint.js";
import type { Checkpoint, SignedCheckpoint } from "./checkpoint.js";
import { openHead } from "../archive/head.js";
import { LIMITS } from "../archive/layout.js";
import {
  countEntries,
  countProven,
  damagedLedger,
  hasEntry,
  readEntries,
  readEntry,
  readNamed,
  requireNumbered,
} from "./ledger-entries.js";
import { LedgerIndex } from "./ledger-index.js";
import { readPinnedFiles } from "./pinned-files.js";

/** What a ledger says, and how far that is proved. */
export interface LedgerContent {
  readonly index: LedgerIndex;
  /** Number of entries that count. */
  readonly size: number;
  /** SHA-256 (hex) of the newest entry's bytes. */
  readonly lastHash: string;
  /** Size that the newest file in `heads/` states: `size`, or one less after a crash. */
  readonly headSize: number;
  /** Size that `head` states; 0 when there is none. */
  readonly cachedHeadSize: number;
  readonly keys: ArchiveKeys;
  /** Number of files beyond `size` that have the name of an entry, but no head and no signature of this archive. */
  readonly unproven: number;
  /** The checkpoint that spared reading the entries before it; undefined when every entry was read. */
  readonly since?: Pick<Checkpoint, "size" | "provedAt">;
}

/**
 * Reads the ledger in `root`; a reader needs no lock. With a checkpoint that a key of the archive has signed, the entries
 * before it are taken from it and only the rest is read; `readWholeLedger` reads them all. ARCHIVE_NOT_FOUND when nothing was
 * ever written; ARCHIVE_DAMAGED when what was read is missing or altered, or the ledger is shorter than a head or the
 * checkpoint says; ARCHIVE_TOO_NEW.
 */
export async function readLedger(files: Files, root: string, origin: string): Promise<LedgerContent> {
  const path = join(root, CHECKPOINT_PATH);
  // Read before the checkpoint: a writer that goes on meanwhile only makes the ledger longer than this head says.
  const cachedHead = await readCachedHead(files, root);
  const bytes = await readIfThere(files, path, MAX_CHECKPOINT_BYTES);
  const signed = bytes === undefined ? undefined : parseCheckpoint(bytes);
  const content = signed && (await readSince(files, root, origin, signed, cachedHead));
  return content ?? readWholeLedger(files, root, origin);
}

/**
 * Every entry in order, the chain whole, the newest head signed over it. Reads as many files as the ledger has entries, and
 * tells `note` how many it has read.
 */
export async function readWholeLedger(
  files: Files,
  root: string,
  origin: string,
  note?: (entries: number) => void,
): Promise<LedgerContent> {
  // The order lets a writer go on meanwhile: it writes entry, head file and `head` in turn, so each list read later is at
  // least as long as what was read before it.
  const sizesBefore = await listHeads(files, root);
  const cachedBytes = await readCachedHead(files, root);
  const entries = await countEntries(files, root);
  if (entries === 0 && sizesBefore === 0 && cachedBytes === undefined) {
    throw new DaybookError("ARCHIVE_NOT_FOUND", { message: `${root}: the ledger has no entry` });
  }
  const keys = await readKeys(files, root, origin);
  const size = await countProven({ files, root }, entries, keys);
  const chain = await foldChain(files, root, size, note);
  const sizesAfter = await listHeads(files, root);
  if (sizesBefore > size)
    throw damagedLedger(`${root}/ledger`, "entries", String(size), `${sizesBefore}, as a head says`);
  if (sizesAfter < size - 1)
    throw damagedLedger(`${root}/heads`, "heads", String(sizesAfter), `${size}, one for each entry`);

  const place = { files, root, origin, keys };
  const headSize = Math.min(sizesAfter, size);
  await checkHeadFile(place, chain, headSize);
  const cachedHeadSize = await checkCachedHead(place, chain, cachedBytes);
  // A crash leaves it one behind; more means that somebody put an older one back.
  if (cachedBytes !== undefined && cachedHeadSize < sizesBefore - 1)
    throw damagedLedger("head", "size", String(cachedHeadSize), String(sizesBefore));
  return { ...chain, headSize, cachedHeadSize, keys, unproven: entries - size };
}

/** What the checkpoint says and what came after it. Undefined when it cannot be used: it is a cache, and no damage. */
async function readSince(
  files: Files,
  root: string,
  origin: string,
  signed: SignedCheckpoint,
  cachedHead: Uint8Array | undefined,
): Promise<LedgerContent | undefined> {
  const keys = await readKeys(files, root, origin).catch(unlessDamaged);
  if (keys === undefined) return undefined;
  const checkpoint = openCheckpoint(signed, origin, keys);
  if (checkpoint === undefined) return undefined;
  const place = { files, root, origin, keys };
  const { unproven, ...chain } = await foldTail(files, root, checkpoint, keys);
  const headSize = await newestHeadSize(files, root, chain.size);
  await checkHeadFile(place, chain, headSize);
  const cachedHeadSize = await checkCachedHead(place, chain, cachedHead);
  await refuseOlderHead(place, headSize);
  const { size, provedAt } = checkpoint;
  return { ...chain, headSize, cachedHeadSize, keys, unproven, since: { size, provedAt } };
}

type Chain = Pick<LedgerContent, "index" | "size" | "lastHash">;

interface Place {
  readonly files: Files;
  readonly root: string;
  readonly origin: string;
  readonly keys: ArchiveKeys;
}

const ENTRIES_PER_NOTE = 1_000;

async function foldChain(
  files: Files,
  root: string,
  to: number,
  note?: (entries: number) => void,
): Promise<Chain> {
  const index = new LedgerIndex();
  let [size, lastHash] = [0, FIRST_PREV];
  for await (const { entry, hash } of readEntries({ files, root }, { from: 0, to, lastHash })) {
    index.add(entry);
    [size, lastHash] = [size + 1, hash];
    if (size % ENTRIES_PER_NOTE === 0) note?.(size);
  }
  return { index, size, lastHash };
}

async function foldTail(
  files: Files,
  root: string,
  { index, size, lastHash }: Checkpoint,
  keys: ArchiveKeys,
): Promise<Chain & Pick<LedgerContent, "unproven">> {
  const { hash } = await readEntry(files, root, size - 1);
  if (hash !== lastHash) throw damagedLedger(entryPath(size - 1), "sha256", hash, lastHash);
  let entries = size;
  while (await hasEntry(files, root, entries)) entries += 1;
  const to = Math.max(size, await countProven({ files, root }, entries, keys));
  let last = lastHash;
  for await (const stored of readEntries({ files, root }, { from: size, to, lastHash })) {
    index.add(stored.entry);
    last = stored.hash;
  }
  return { index, size: to, lastHash: last, unproven: entries - to };
}

async function readKeys(files: Files, root: string, origin: string): Promise<ArchiveKeys> {
  return readPinnedFiles(files, root, origin, (await readEntry(files, root, 0)).entry);
}

/** Falls back to the full read, which reports the damage. */
function unlessDamaged(error: unknown): undefined {
  if (!isDaybookError(error, "ARCHIVE_DAMAGED")) throw error;
}

/** Number of heads: they are numbered without a hole, from 1. */
async function listHeads(files: Files, root: string): Promise<number> {
  const names = await files.list(join(root, "heads"));
  requireNumbered(
    names.map((name) => `heads/${name}`),
    (index) => headPath(index + 1),
  );
  return names.length;
}

/** `size`, or one less after a crash; nothing may be signed over more entries than there are. */
async function newestHeadSize(files: Files, root: string, size: number): Promise<number> {
  const has = async (of: number): Promise<boolean> =>
    (await files.stat(join(root, headPath(of)))) !== undefined;
  // A writer that goes on has its entry there before the head.
  if ((await has(size + 1)) && !(await hasEntry(files, root, size)))
    throw damagedLedger(`${root}/ledger`, "entries", String(size), `${size + 1}, as a head says`);
  return (await has(size)) ? size : size - 1;
}

async function checkHeadFile(
  { files, root, origin, keys }: Place,
  chain: Chain,
  size: number,
): Promise<void> {
  if (size <= 0) return;
  const path = headPath(size);
  const head = openHead(await readNamed(files, root, path, LIMITS.head), path, origin, keys);
  if (head.size !== size) throw damagedLedger(path, "size", String(head.size), String(size));
  await requireSigned(files, root, path, head, chain);
}

/** The size that it states. */
async function checkCachedHead(
  { files, root, origin, keys }: Place,
  chain: Chain,
  bytes: Uint8Array | undefined,
): Promise<number> {
  if (bytes === undefined) return 0;
  const head = openHead(bytes, "head", origin, keys);
  await requireSigned(files, root, "head", head, chain);
  return head.size;
}

/** What a head is signed over is the ledger as it was at that size. */
async function requireSigned(
  files: Files,
  root: string,
  subject: string,
  head: { readonly size: number; readonly lastHash: string },
  { size, lastHash }: Chain,
): Promise<void> {
  if (head.size > size)
    throw damagedLedger("ledger", "entries", String(size), `${head.size}, as ${subject} says`);
  const expected = head.size === size ? lastHash : (await readEntry(files, root, head.size)).entry.prev;
  if (head.lastHash !== expected) throw damagedLedger(subject, "last hash", head.lastHash, expected);
}

/** `head` follows each head at once, so it is one behind at most after a crash. Read anew: a writer may have gone on. */
async function refuseOlderHead({ files, root, origin, keys }: Place, headSize: number): Promise<void> {
  const bytes = await readCachedHead(files, root);
  if (bytes === undefined) return;
  const { size } = openHead(bytes, "head", origin, keys);
  if (size < headSize - 1) throw damagedLedger("head", "size", String(size), String(headSize));
}

function readCachedHead(files: Files, root: string): Promise<Uint8Array | undefined> {
  return readIfThere(files, join(root, "head"), LIMITS.head);
}

async function readIfThere(files: Files, path: string, maxBytes: number): Promise<Uint8Array | undefined> {
  return (await files.stat(path)) === undefined ? undefined : files.read(path, maxBytes);
}
