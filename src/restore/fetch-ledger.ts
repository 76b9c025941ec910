import { dirname, join } from "node:path";
import type { Files } from "../io/files.js";
import { linkNew, replaceFile } from "../io/publish-file.js";
import { parseIdentity, requireTenant } from "../ledger/archive-tree.js";
import type { ArchiveIdentity } from "../ledger/archive-tree.js";
import { openHead } from "../archive/head.js";
import { MerkleTree } from "../bytes/merkle-tree.js";
import {
  READS_AT_ONCE,
  damagedLedger,
  readChain,
  readEntry,
  readNamed,
  requireNumbered,
} from "../ledger/ledger-entries.js";
import { readWholeLedger } from "../ledger/read-ledger.js";
import type { LedgerContent, LedgerPlace } from "../ledger/read-ledger.js";
import { DaybookError } from "../model/errors.js";
import { entryPath, headPath } from "../model/ledger-entry.js";
import { FIXED_FILES, LIMITS, PINNED_PATH } from "../archive/layout.js";
import { readSmall, storeSource } from "../archive/source.js";
import type { ObjectStore } from "../plugin/types.js";
import { forEachLimit } from "../io/for-each-limit.js";
import type { RestoredTree } from "./restored-tree.js";

export interface LedgerOrigin {
  /** The sink's name in the configuration. */
  readonly name: string;
  readonly store: ObjectStore;
  /** The tenant's name in the configuration; the archive lies below it. */
  readonly tenant: string;
}

export interface LedgerFetch {
  readonly from: LedgerOrigin;
  readonly files: Files;
  readonly tree: RestoredTree;
  readonly tenantId: string;
  readonly progress: (done: number, total: number) => void;
}

export interface FetchedLedger {
  readonly identity: ArchiveIdentity;
  readonly ledger: LedgerContent;
  readonly leftOut: readonly LeftOut[];
}

/** Something in a sink that a restore does not take: no signature of the archive vouches for it. */
export interface LeftOut {
  /** In the archive. */
  readonly path: string;
  readonly reason: string;
}

/**
 * Copies the ledger with its heads and the files that describe the archive into the tree, and proves them there: the chain, every
 * head's signature, every hash that an entry holds. An entry that has neither a head nor a signature of the archive is left out:
 * whoever can write to the sink may have put it there. What an earlier attempt brought is not read again. ARCHIVE_NOT_FOUND where
 * the sink has no ledger; CONFIG_INVALID where it is another tenant's; ARCHIVE_DAMAGED.
 */
export async function fetchLedger(fetch: LedgerFetch, signal: AbortSignal): Promise<FetchedLedger> {
  const { from, files, tree, tenantId, progress } = fetch;
  const identity = await readIdentity(from, tenantId, signal);
  const { entries, heads } = await listLedger(from, signal);
  const paths = [
    ...FIXED_FILES,
    ...Array.from({ length: heads }, (_, index) => headPath(index + 1)),
    ...Array.from({ length: entries }, (_, index) => entryPath(index)),
  ];
  for (const folder of new Set(paths.map((path) => dirname(path))))
    await files.makeFolder(join(tree.root, folder));
  let done = 0;
  await forEachLimit(paths, READS_AT_ONCE, signal, async (path, inner) => {
    await fetchSmall(fetch, path, inner);
    progress(++done, paths.length);
  });
  for (const path of await pinnedKeys(files, tree.root)) await fetchSmall(fetch, path, signal);
  // The sink's own `head` may be one behind.
  const newest = await readNamed(files, tree.root, headPath(heads), LIMITS.head);
  await replaceFile(files, { path: join(tree.root, "head"), bytes: newest, staging: tree.staging });
  const ledger = await readWholeLedger({ files, root: tree.root, origin: identity.origin }, signal);
  const leftOut = Array.from({ length: ledger.unproven }, (_, index) => entryPath(ledger.size + index));
  for (const path of leftOut) await files.remove(join(tree.root, path));
  await requireHeads({ files, root: tree.root, origin: identity.origin }, ledger, signal);
  await requireReached(from, identity.origin, ledger, signal);
  const reason = "no key of this archive has signed the entry";
  return { identity, ledger, leftOut: leftOut.map((path) => ({ path, reason })) };
}

async function readIdentity(
  { name, store, tenant }: LedgerOrigin,
  tenantId: string,
  signal: AbortSignal,
): Promise<ArchiveIdentity> {
  const subject = `${name}: ${tenant}/archive.json`;
  const bytes = await readSmall(storeSource(store, tenant), "archive.json", LIMITS.smallFile, signal);
  if (bytes === undefined) throw notFound(subject, "nothing", "an archive of the tenant");
  const identity = parseIdentity(bytes, subject);
  requireTenant(identity, tenantId, `${name}: ${tenant}`);
  return identity;
}

/** How many entries and heads the sink has: both without a hole, a head for each entry but perhaps the newest. */
async function listLedger(
  { name, store, tenant }: LedgerOrigin,
  signal: AbortSignal,
): Promise<{ readonly entries: number; readonly heads: number }> {
  const [entries, heads] = [
    await pathsOf(storeSource(store, tenant).list("ledger/", signal)),
    await pathsOf(storeSource(store, tenant).list("heads/", signal)),
  ];
  if (heads.length === 0 && entries.length <= 1) {
    throw notFound(`${name}: ${tenant}/ledger`, "no ledger yet", "one that was delivered; try another sink");
  }
  requireNumbered(entries, entryPath);
  requireNumbered(heads, (index) => headPath(index + 1));
  if (heads.length === entries.length || heads.length === entries.length - 1)
    return { entries: entries.length, heads: heads.length };
  throw damagedLedger(
    `${name}: ${tenant}/ledger`,
    "entries",
    `${entries.length}`,
    `${heads.length}, one for each head`,
  );
}

async function pathsOf(listed: AsyncIterable<string>): Promise<readonly string[]> {
  const paths: string[] = [];
  for await (const path of listed) paths.push(path);
  return paths;
}

async function fetchSmall(
  { from: { name, store, tenant }, files, tree }: LedgerFetch,
  path: string,
  signal: AbortSignal,
): Promise<void> {
  // A file under its name is whole: an earlier attempt fetched it. The proof covers all files together.
  if ((await files.stat(join(tree.root, path))) !== undefined) return;
  const maxBytes = path.startsWith("heads/") ? LIMITS.head : LIMITS.ledgerEntry;
  const bytes = await readSmall(storeSource(store, tenant), path, maxBytes, signal);
  if (bytes === undefined) throw damagedLedger(`${name}: ${tenant}/${path}`, "content", "nothing", "a file");
  await linkNew(files, { path: join(tree.root, path), bytes, staging: tree.staging });
}

/** The keys that the first entry names. What else lies in `keys/` is not the archive's. */
async function pinnedKeys(files: Files, root: string): Promise<readonly string[]> {
  const { entry } = await readEntry(files, root, 0);
  if (entry.type !== "archive-created") return [];
  return Object.keys(entry.files).filter((path) => path.startsWith("keys/") && PINNED_PATH.test(path));
}

async function requireHeads(
  { files, root, origin }: LedgerPlace,
  { headSize, keys }: LedgerContent,
  signal: AbortSignal,
): Promise<void> {
  const tree = new MerkleTree();
  for await (const { leaf } of readChain({ files, root }, signal)) {
    tree.add(leaf);
    const { size } = tree;
    if (size > headSize) return;
    const path = headPath(size);
    const head = openHead(await readNamed(files, root, path, LIMITS.head), path, origin, keys);
    if (head.size !== size) throw damagedLedger(path, "size", `${head.size}`, `${size}`);
    if (head.root !== tree.root()) throw damagedLedger(path, "root", head.root, tree.root());
  }
}

/** The sink's `head` may be behind. One that is ahead means that the ledger was cut. */
async function requireReached(
  { name, store, tenant }: LedgerOrigin,
  origin: string,
  { size, keys }: LedgerContent,
  signal: AbortSignal,
): Promise<void> {
  const bytes = await readSmall(storeSource(store, tenant), "head", LIMITS.head, signal);
  if (bytes === undefined) return;
  const head = openHead(bytes, `${name}: ${tenant}/head`, origin, keys);
  if (head.size > size)
    throw damagedLedger(`${name}: ${tenant}/ledger`, "entries", `${size}`, `${head.size}, as head says`);
}

function notFound(subject: string, found: string, expected: string): DaybookError {
  return new DaybookError("ARCHIVE_NOT_FOUND", {
    message: `${subject}: found ${found}, expected ${expected}`,
    hint: "name a record sink that was delivered to: `daybook verify --sink NAME` tells what a sink holds",
  });
}
