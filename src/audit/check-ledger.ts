import type { ArchiveKeys } from "../archive/keys.js";
import { MerkleTree, leafHash } from "../bytes/merkle-tree.js";
import { READS_AT_ONCE } from "../ledger/ledger-entries.js";
import { isSignedEntry, parseEntry, parseJsonObject } from "../ledger/entry-format.js";
import type { Head } from "../archive/head.js";
import { FIRST_PREV, entryPath, headPath } from "../model/ledger-entry.js";
import type { LedgerEntry } from "../model/ledger-entry.js";
import { sha256Hex } from "../model/sha256.js";
import { readSmall } from "../archive/source.js";
import { LIMITS } from "../archive/layout.js";
import { guard } from "./audit.js";
import type { Audit } from "./audit.js";
import { checkReach, newestHead, readHead } from "./check-heads.js";
import type { AuditKeys } from "./check-identity.js";
import { LedgerFactsBuilder } from "./ledger-facts.js";
import type { LedgerFacts } from "./ledger-facts.js";

// A head may claim a billion entries: after this many missing ones in a row nothing more is learnt.
const MAX_MISSING = 1000;

/**
 * Walks the ledger backwards from its newest entry, whose own signature vouches for it, so that every entry is authenticated by
 * a hash from a signed place before it is parsed; then compares the root over what was read with every head. Of the heads that
 * the auditor kept elsewhere the statements are compared; their signers do not matter. Undefined after findings when no head can
 * be trusted.
 */
export async function checkLedger(
  audit: Audit,
  origin: string,
  keys: AuditKeys,
  kept: readonly Head[],
): Promise<CheckedLedger | undefined> {
  const known = kept.filter((head) => head.origin === origin);
  const found = await newestHead(audit, origin, { keys: keys.trusted, known });
  if (found === undefined) return undefined;
  const { newest, copy } = found;
  if (kept.length > known.length && known.length === 0)
    audit.found.add("HEAD_CONTRADICTED", {
      subject: "the heads kept elsewhere",
      found: `heads of ${[...new Set(kept.map((head) => head.origin))].join(", ")}`,
      expected: `one of ${origin} at least`,
    });
  checkReach(audit, newest, known);
  const walk = new BackwardWalk(audit, newest, keys.all);
  for (let end = newest.size; end > 0 && !walk.isLost; end -= READS_AT_ONCE) {
    const start = Math.max(0, end - READS_AT_ONCE);
    const seqs = Array.from({ length: end - start }, (_, index) => end - 1 - index);
    const read = await Promise.all(seqs.map((seq) => readEntryAndHead(audit, origin, keys.all, seq)));
    for (const one of read) walk.step(one);
  }
  const roots = compareRoots(audit, walk, [
    ...(copy === undefined ? [] : [{ subject: "head", head: copy }]),
    ...known.map(asKept),
  ]);
  return { facts: walk.end(), roots };
}

/** What the ledger says, and the root that it had at each size up to the first entry that is gone or altered. */
export interface CheckedLedger {
  readonly facts: LedgerFacts;
  readonly roots: RootsBySize;
}

/** By number of entries, in base64. */
export type RootsBySize = ReadonlyMap<number, string>;

/** A head beside those in `heads/`, and how a finding names it. */
interface OtherHead {
  readonly subject: string;
  readonly head: Head;
}

function asKept(head: Head): OtherHead {
  return { subject: `the head of size ${head.size} that was kept elsewhere`, head };
}

/** A head states what the ledger was at its size. What lies beyond an entry that is gone or altered has no root to compare. */
function compareRoots(audit: Audit, walk: BackwardWalk, others: readonly OtherHead[]): RootsBySize {
  const tree = new MerkleTree();
  const roots = new Map<number, string>();
  const othersBySize = Map.groupBy(others, ({ head }) => head.size);
  for (const leaf of walk.leaves()) {
    if (leaf === undefined) break;
    tree.add(leaf);
    const { size } = tree;
    const root = tree.root();
    roots.set(size, root);
    const listed = walk.headOf(size);
    const stated = [
      ...(listed === undefined ? [] : [{ subject: headPath(size), head: listed }]),
      ...(othersBySize.get(size) ?? []),
    ];
    for (const { subject, head } of stated)
      audit.found.expect("HEAD_CONTRADICTED", { subject, found: head.root, expected: root });
  }
  return roots;
}

interface ReadEntry {
  readonly seq: number;
  readonly bytes: Uint8Array | undefined;
  /** The head of the size that this entry made; undefined when there is no valid one. */
  readonly head: Head | undefined;
}

async function readEntryAndHead(
  audit: Audit,
  origin: string,
  keys: ArchiveKeys,
  seq: number,
): Promise<ReadEntry> {
  const path = entryPath(seq);
  const bytes = await guard(audit, path, undefined, () =>
    readSmall(audit.reader, path, LIMITS.ledgerEntry, audit.signal),
  );
  const head = await readHead(audit, headPath(seq + 1), origin, keys);
  return { seq, bytes, head };
}

class BackwardWalk {
  readonly #audit: Audit;
  readonly #keys: ArchiveKeys;
  readonly #facts: LedgerFactsBuilder;
  /** The newest first; undefined for an entry that is gone or altered. */
  readonly #leaves: (Uint8Array | undefined)[] = [];
  readonly #heads = new Map<number, Head>();
  #missing = 0;
  /** Hash of the entry to come, by the entry after it. */
  #expected: string | undefined;
  #later: LedgerEntry | undefined;

  constructor(audit: Audit, newest: Head, keys: ArchiveKeys) {
    this.#audit = audit;
    this.#keys = keys;
    this.#facts = new LedgerFactsBuilder(newest);
  }

  get isLost(): boolean {
    return this.#missing > MAX_MISSING;
  }

  end(): LedgerFacts {
    return this.#facts.finish(this.#audit.found);
  }

  /** The leaves of the entries, from the first on; none when too many were missing. */
  leaves(): readonly (Uint8Array | undefined)[] {
    return this.isLost ? [] : this.#leaves.toReversed();
  }

  headOf(size: number): Head | undefined {
    return this.#heads.get(size);
  }

  step({ seq, bytes, head }: ReadEntry): void {
    if (this.isLost) return;
    if (head !== undefined) this.#heads.set(seq + 1, head);
    const expected = this.#expected;
    this.#expected = undefined;
    if (bytes === undefined) {
      this.#missing++;
      this.#leaves.push(undefined);
      return this.#add("LEDGER_HOLE", entryPath(seq), "nothing", "an entry");
    }
    this.#missing = 0;
    const hash = sha256Hex(bytes);
    const isRight = hash === expected || (expected === undefined && this.#isItsOwn(seq, bytes));
    this.#leaves.push(isRight ? leafHash(bytes) : undefined);
    if (isRight) this.#read(seq, bytes, hash);
    else this.#add("LEDGER_BROKEN", entryPath(seq), hash, expected ?? "an entry with a valid signature");
  }

  /** Where the entry after it is gone or altered, its own signature vouches for an entry. */
  #isItsOwn(seq: number, bytes: Uint8Array): boolean {
    return isSignedEntry(bytes, this.#keys) && parseJsonObject(bytes)?.["seq"] === seq;
  }

  #read(seq: number, bytes: Uint8Array, hash: string): void {
    const entry = this.#parse(seq, bytes);
    if (entry === undefined) return;
    this.#expected = entry.prev;
    this.#checkPlace(seq, entry);
    this.#facts.add(entry, hash);
    this.#audit.onEntry?.(entry);
    this.#later = entry;
  }

  #parse(seq: number, bytes: Uint8Array): LedgerEntry | undefined {
    try {
      return parseEntry(bytes, entryPath(seq));
    } catch (error) {
      this.#add(
        "LEDGER_NUMBER",
        entryPath(seq),
        error instanceof Error ? error.message : "",
        "an entry of daybook/1",
      );
      return undefined;
    }
  }

  #checkPlace(seq: number, entry: LedgerEntry): void {
    const subject = entryPath(seq);
    if (entry.seq !== seq) this.#add("LEDGER_NUMBER", subject, `seq ${entry.seq}`, `seq ${seq}`);
    if ((entry.type === "archive-created") !== (seq === 0)) {
      this.#add("LEDGER_ORIGIN", subject, entry.type, seq === 0 ? "archive-created" : "any other type");
    }
    if (seq === 0 && entry.prev !== FIRST_PREV) this.#add("LEDGER_BROKEN", subject, entry.prev, FIRST_PREV);
    if (this.#later !== undefined && this.#later.time < entry.time) {
      this.#add("CLOCK_BACKWARDS", entryPath(this.#later.seq), this.#later.time, `${entry.time} or later`);
    }
  }

  #add(code: Parameters<Audit["found"]["add"]>[0], subject: string, found: string, expected: string): void {
    this.#audit.found.add(code, { subject, found, expected });
  }
}
