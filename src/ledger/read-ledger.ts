import { join } from "node:path";
import type { Files } from "../io/files.js";
import { DaybookError, isDaybookError } from "../model/errors.js";
import { FIRST_PREV, entryPath, headPath } from "../model/ledger-entry.js";
import type { ArchiveKeys } from "../archive/keys.js";
import { CHECKPOINT_PATH, MAX_CHECKPOINT_BYTES, openCheckpoint, parseCheckpoint } from "./checkpoint.js";
import type { Checkpoint } from "./checkpoint.js";
import { openHead } from "../archive/head.js";
import type { Head } from "../archive/head.js";
import { MerkleTree } from "../bytes/merkle-tree.js";
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
  /** Over the bytes of these entries. */
  readonly tree: MerkleTree;
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

/** A ledger to be read. */
export interface LedgerPlace {
  readonly files: Files;
  /** The archive's folder. */
  readonly root: string;
  /** `daybook/<archive id>` */
  readonly origin: string;
}

/**
 * Reads the ledger; a reader needs no lock. With a checkpoint that a key of the archive has signed, the entries before it are
 * taken from it and only the rest is read; `readWholeLedger` reads them all. ARCHIVE_NOT_FOUND when nothing was ever written;
 * ARCHIVE_DAMAGED when what was read is missing or altered, or the ledger is shorter than a head or the checkpoint says;
 * ARCHIVE_TOO_NEW.
 */
export async function readLedger(place: LedgerPlace, signal: AbortSignal): Promise<LedgerContent> {
  const path = join(place.root, CHECKPOINT_PATH);
  // Read before the checkpoint: a writer that goes on meanwhile only makes the ledger longer than this head says.
  const cachedHead = await readCachedHead(place);
  const bytes = await readIfThere(place.files, path, MAX_CHECKPOINT_BYTES);
  const checkpoint = bytes && (await trustedCheckpoint(place, bytes));
  if (checkpoint === undefined) return readWholeLedger(place, signal);
  return readSince({ ...place, keys: checkpoint.keys }, checkpoint, cachedHead, signal);
}

/**
 * Every entry in order, the chain whole, the newest head signed over it. Reads as many files as the ledger has entries, and
 * tells `note` how many it has read.
 */
export async function readWholeLedger(
  place: LedgerPlace,
  signal: AbortSignal,
  note?: (entries: number) => void,
): Promise<LedgerContent> {
  const { files, root } = place;
  // The order lets a writer go on meanwhile: it writes entry, head file and `head` in turn, so each list read later is at
  // least as long as what was read before it.
  const sizesBefore = await listHeads(place);
  const cachedBytes = await readCachedHead(place);
  const entries = await countEntries(files, root);
  if (entries === 0 && sizesBefore === 0 && cachedBytes === undefined) {
    throw new DaybookError("ARCHIVE_NOT_FOUND", { message: `${root}: the ledger has no entry` });
  }
  const known = { ...place, keys: await readKeys(place) };
  const size = await countProven(known, entries);
  const empty = { index: new LedgerIndex(), size: 0, lastHash: FIRST_PREV, tree: new MerkleTree() };
  const { chain, rootBefore } = await fold(known, { ...empty, to: size }, signal, note);
  const sizesAfter = await listHeads(place);
  if (sizesBefore > size)
    throw damagedLedger(`${root}/ledger`, "entries", String(size), `${sizesBefore}, as a head says`);
  if (sizesAfter < size - 1)
    throw damagedLedger(`${root}/heads`, "heads", String(sizesAfter), `${size}, one for each entry`);

  const headSize = Math.min(sizesAfter, size);
  const roots = rootsOf(chain, rootBefore);
  await checkHeadFile(known, roots, headSize);
  const cachedHeadSize = await checkCachedHead(known, roots, cachedBytes);
  // A crash leaves it one behind; more means that somebody put an older one back.
  if (cachedBytes !== undefined && cachedHeadSize < sizesBefore - 1)
    throw damagedLedger("head", "size", String(cachedHeadSize), String(sizesBefore));
  return { ...chain, headSize, cachedHeadSize, keys: known.keys, unproven: entries - size };
}

/** Undefined when the checkpoint cannot be used. It is a cache, so this is not damage. */
async function trustedCheckpoint(
  place: LedgerPlace,
  bytes: Uint8Array,
): Promise<(Checkpoint & Pick<LedgerContent, "keys">) | undefined> {
  const signed = parseCheckpoint(bytes);
  const keys = signed && (await readKeys(place).catch(unlessDamaged));
  if (signed === undefined || keys === undefined) return undefined;
  const checkpoint = openCheckpoint(signed, place.origin, keys);
  return checkpoint && { ...checkpoint, keys };
}

/** The head that states what was read, whoever signs it. */
export function headOf(origin: string, { tree }: Pick<LedgerContent, "tree">): Head {
  return { origin, size: tree.size, root: tree.root() };
}

/** What the checkpoint says, and what came after it. */
async function readSince(
  place: KnownPlace,
  checkpoint: Checkpoint,
  cachedHead: Uint8Array | undefined,
  signal: AbortSignal,
): Promise<LedgerContent> {
  const { files, root, keys } = place;
  const { index, size, lastHash, tree, provedAt } = checkpoint;
  const { hash } = await readEntry(files, root, size - 1);
  if (hash !== lastHash) throw damagedLedger(entryPath(size - 1), "sha256", hash, lastHash);
  let entries = size;
  while (await hasEntry(files, root, entries)) entries += 1;
  const to = Math.max(size, await countProven(place, entries));
  const { chain, rootBefore } = await fold(place, { index, size, lastHash, tree, to }, signal);
  const headSize = await newestHeadSize(place, chain.size);
  // The checkpoint was made after the head of its size: somebody has removed that one, and its root must be counted again.
  if (headSize < size) return readWholeLedger(place, signal);
  const roots = rootsOf(chain, rootBefore);
  await checkHeadFile(place, roots, headSize);
  const cachedHeadSize = await checkCachedHead(place, roots, cachedHead);
  await refuseOlderHead(place, headSize);
  return { ...chain, headSize, cachedHeadSize, keys, unproven: entries - to, since: { size, provedAt } };
}

type Chain = Pick<LedgerContent, "index" | "size" | "lastHash" | "tree">;

/** By the size of the ledger. */
type Roots = ReadonlyMap<number, string>;

interface KnownPlace extends LedgerPlace {
  readonly keys: ArchiveKeys;
}

const ENTRIES_PER_NOTE = 1_000;

/** Adds the entries from `size` up to `to` to the index. `rootBefore` is the root without the newest, where one was added. */
async function fold(
  { files, root }: LedgerPlace,
  { index, size, lastHash, tree, to }: Chain & { readonly to: number },
  signal: AbortSignal,
  note?: (entries: number) => void,
): Promise<{ readonly chain: Chain; readonly rootBefore: string | undefined }> {
  let last = lastHash;
  let rootBefore: string | undefined;
  const added = readEntries({ files, root }, { from: size, to, lastHash }, signal);
  for await (const { entry, hash, leaf } of added) {
    index.add(entry);
    if (tree.size === to - 1) rootBefore = tree.root();
    tree.add(leaf);
    last = hash;
    if (tree.size % ENTRIES_PER_NOTE === 0) note?.(tree.size);
  }
  return { chain: { index, size: tree.size, lastHash: last, tree }, rootBefore };
}

function rootsOf({ size, tree }: Chain, rootBefore: string | undefined): Roots {
  const newest = [size, tree.root()] as const;
  return new Map(rootBefore === undefined ? [newest] : [newest, [size - 1, rootBefore]]);
}

async function readKeys({ files, root, origin }: LedgerPlace): Promise<ArchiveKeys> {
  return readPinnedFiles(files, root, origin, (await readEntry(files, root, 0)).entry);
}

/** Falls back to the full read, which reports the damage. */
function unlessDamaged(error: unknown): undefined {
  if (!isDaybookError(error, "ARCHIVE_DAMAGED")) throw error;
}

/** Number of heads: they are numbered without a hole, from 1. */
async function listHeads({ files, root }: LedgerPlace): Promise<number> {
  const names = await files.list(join(root, "heads"));
  requireNumbered(
    names.map((name) => `heads/${name}`),
    (index) => headPath(index + 1),
  );
  return names.length;
}

/** `size`, or one less after a crash; nothing may be signed over more entries than there are. */
async function newestHeadSize({ files, root }: LedgerPlace, size: number): Promise<number> {
  const has = async (of: number): Promise<boolean> =>
    (await files.stat(join(root, headPath(of)))) !== undefined;
  // A writer that goes on has its entry there before the head.
  if ((await has(size + 1)) && !(await hasEntry(files, root, size)))
    throw damagedLedger(`${root}/ledger`, "entries", String(size), `${size + 1}, as a head says`);
  return (await has(size)) ? size : size - 1;
}

async function checkHeadFile(place: KnownPlace, roots: Roots, size: number): Promise<void> {
  const { files, root, origin, keys } = place;
  if (size <= 0) return;
  const path = headPath(size);
  const head = openHead(await readNamed(files, root, path, LIMITS.head), path, origin, keys);
  if (head.size !== size) throw damagedLedger(path, "size", String(head.size), String(size));
  requireRoot(path, head, roots.get(size));
}

/** The size that it states. */
async function checkCachedHead(
  { files, root, origin, keys }: KnownPlace,
  roots: Roots,
  bytes: Uint8Array | undefined,
): Promise<number> {
  if (bytes === undefined) return 0;
  const head = openHead(bytes, "head", origin, keys);
  const size = Math.max(...roots.keys());
  if (head.size > size) throw damagedLedger("ledger", "entries", String(size), `${head.size}, as head says`);
  const known = roots.get(head.size);
  if (known !== undefined) requireRoot("head", head, known);
  // Of an earlier size it is a copy: the writer has gone on since it was read.
  else {
    const path = headPath(head.size);
    requireRoot(
      "head",
      head,
      openHead(await readNamed(files, root, path, LIMITS.head), path, origin, keys).root,
    );
  }
  return head.size;
}

/** What a head is signed over is the ledger as it was at that size. */
function requireRoot(subject: string, head: Head, expected: string | undefined): void {
  if (head.root !== expected) throw damagedLedger(subject, "root", head.root, expected ?? "none");
}

/** `head` follows each head at once, so it is one behind at most after a crash. Read anew: a writer may have gone on. */
async function refuseOlderHead(place: KnownPlace, headSize: number): Promise<void> {
  const bytes = await readCachedHead(place);
  if (bytes === undefined) return;
  const { size } = openHead(bytes, "head", place.origin, place.keys);
  if (size < headSize - 1) throw damagedLedger("head", "size", String(size), String(headSize));
}

function readCachedHead({ files, root }: LedgerPlace): Promise<Uint8Array | undefined> {
  return readIfThere(files, join(root, "head"), LIMITS.head);
}

async function readIfThere(files: Files, path: string, maxBytes: number): Promise<Uint8Array | undefined> {
  return (await files.stat(path)) === undefined ? undefined : files.read(path, maxBytes);
}
