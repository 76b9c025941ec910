import type { ArchiveKeys } from "../archive/keys.js";
import { parseEntry } from "../ledger/entry-format.js";
import { openHead } from "../archive/head.js";
import type { Head } from "../archive/head.js";
import { DaybookError } from "../model/errors.js";
import { FIRST_PREV, entryPath, headPath } from "../model/ledger-entry.js";
import type { LedgerEntry } from "../model/ledger-entry.js";
import { sha256Hex } from "../model/sha256.js";
import { readSmall } from "../archive/source.js";
import { LIMITS } from "../archive/layout.js";
import { guard, readExpected } from "./audit.js";
import type { Audit } from "./audit.js";
import type { AuditKeys } from "./check-identity.js";
import { LedgerFactsBuilder } from "./ledger-facts.js";
import type { LedgerFacts } from "./ledger-facts.js";

/** A head that the auditor kept elsewhere. */
export interface KnownHead {
  readonly size: number;
  /** SHA-256 (hex) of entry `size` − 1. */
  readonly hash: string;
}

const READS_AT_ONCE = 32;
// A head may claim a billion entries: after this many missing ones in a row nothing more is learnt.
const MAX_MISSING = 1000;

/**
 * Walks the ledger backwards from the newest signed head, so that every entry is authenticated by a hash from a signed
 * place before it is parsed. Undefined after findings when no head can be trusted.
 */
export async function checkLedger(
  audit: Audit,
  origin: string,
  keys: AuditKeys,
  known: KnownHead | undefined,
): Promise<LedgerFacts | undefined> {
  const newest = await newestHead(audit, origin, { keys: keys.trusted, known });
  if (newest === undefined) return undefined;
  checkReach(audit, newest, known);
  const walk = new BackwardWalk(audit, newest, known);
  for (let end = newest.size; end > 0 && !walk.isLost; end -= READS_AT_ONCE) {
    const start = Math.max(0, end - READS_AT_ONCE);
    const seqs = Array.from({ length: end - start }, (_, index) => end - 1 - index);
    const read = await Promise.all(seqs.map((seq) => readEntryAndHead(audit, origin, keys.all, seq)));
    for (const one of read) walk.step(one);
  }
  return walk.end();
}

/** The larger of the newest in `heads/` and `head`: cutting one of them is not enough to hide an entry. */
async function newestHead(
  audit: Audit,
  origin: string,
  { keys, known }: { readonly keys: ArchiveKeys; readonly known: KnownHead | undefined },
): Promise<Head | undefined> {
  // What is there and no plain file is a finding; only what is absent is passed over.
  const copy = await guard(audit, "head", undefined, () => audit.reader.stat("head", audit.signal));
  const paths = copy === undefined ? [] : ["head"];
  const listed = await guard(audit, "heads/", undefined, () => newestListed(audit));
  if (listed !== undefined) paths.push(listed);
  if (paths.length === 0) {
    if (known === undefined) await refuseEmpty(audit);
    audit.found.add("FILE_MISSING", { subject: "heads/", found: "no head", expected: "one for each entry" });
  }
  const heads = await Promise.all(paths.map((path) => readHead(audit, path, origin, keys)));
  const newest = heads.filter((head) => head !== undefined).toSorted((a, b) => b.size - a.size)[0];
  if (newest !== undefined) checkCopy(audit, newest, paths.includes("head") ? heads[0] : "absent");
  return newest;
}

/** Before its first day is sealed an archive has neither entries nor heads nor days: there is nothing to check, and no damage. */
async function refuseEmpty(audit: Audit): Promise<void> {
  for (const prefix of ["ledger/", "days/"]) {
    const isEmpty = await guard(audit, prefix, undefined, () => isEmptyBelow(audit, prefix));
    if (isEmpty !== true) return;
  }
  if (audit.found.counts.damage > 0) return;
  throw new DaybookError("NOTHING_IN_RANGE", {
    message: "found an archive without an entry, expected one at least",
    hint: "nothing is sealed yet: `daybook status` says what is due",
  });
}

async function isEmptyBelow({ reader, signal }: Audit, prefix: string): Promise<boolean> {
  const first = await reader.list(prefix, signal)[Symbol.asyncIterator]().next();
  return first.done === true;
}

/** An older head put back cannot hide an entry, but whoever keeps only `head` would be shown less. */
function checkCopy(audit: Audit, newest: Head, copy: Head | "absent" | undefined): void {
  // One whose signature does not hold is reported as such.
  if (copy === undefined || (copy !== "absent" && copy.size === newest.size)) return;
  audit.found.add("HEAD_STALE", {
    subject: "head",
    found: copy === "absent" ? "nothing" : `size ${copy.size}`,
    expected: `size ${newest.size}`,
  });
}

async function newestListed(audit: Audit): Promise<string | undefined> {
  let newest: string | undefined;
  for await (const path of audit.reader.list("heads/", audit.signal)) {
    if (/^heads\/\d{9}$/.test(path)) newest = path; // Sorted by code unit, so by number.
  }
  return newest;
}

/** A head whose signature holds; undefined after a finding. */
async function readHead(
  audit: Audit,
  path: string,
  origin: string,
  keys: ArchiveKeys,
): Promise<Head | undefined> {
  const bytes = await readExpected(audit, path, LIMITS.smallFile);
  if (bytes === undefined) return undefined;
  const head = await guard(
    audit,
    path,
    undefined,
    async () => openHead(bytes, path, origin, keys),
    "HEAD_INVALID",
  );
  if (head === undefined || path === "head" || headPath(head.size) === path) return head;
  audit.found.add("HEAD_INVALID", {
    subject: path,
    found: `size ${head.size}`,
    expected: `as its name says`,
  });
  return undefined;
}

function checkReach(audit: Audit, newest: Head, known: KnownHead | undefined): void {
  if (known === undefined || known.size <= newest.size) return;
  audit.found.add("HEAD_NOT_REACHED", {
    subject: "ledger/",
    found: `${newest.size} entries`,
    expected: `${known.size} at least`,
  });
}

interface ReadEntry {
  readonly seq: number;
  readonly bytes: Uint8Array | undefined;
  /** The hash of this entry by the head of its size; undefined when there is no valid one. */
  readonly hashByHead: string | undefined;
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
  return { seq, bytes, hashByHead: head?.lastHash };
}

class BackwardWalk {
  readonly #audit: Audit;
  readonly #known: KnownHead | undefined;
  readonly #facts: LedgerFactsBuilder;
  #missing = 0;
  /** Hash of the entry to come, by the entry after it or by the newest head. */
  #expected: string | undefined;
  #later: LedgerEntry | undefined;

  constructor(audit: Audit, newest: Head, known: KnownHead | undefined) {
    this.#audit = audit;
    this.#known = known;
    this.#facts = new LedgerFactsBuilder(newest);
    this.#expected = newest.lastHash;
  }

  get isLost(): boolean {
    return this.#missing > MAX_MISSING;
  }

  end(): LedgerFacts {
    return this.#facts.finish(this.#audit.found);
  }

  step({ seq, bytes, hashByHead }: ReadEntry): void {
    if (this.isLost) return;
    const subject = entryPath(seq);
    const expected = this.#expected ?? hashByHead;
    this.#expected = undefined;
    if (hashByHead !== undefined && expected !== hashByHead) {
      this.#add("HEAD_CONTRADICTED", headPath(seq + 1), hashByHead, expected ?? "");
    }
    if (bytes === undefined) {
      this.#missing++;
      return this.#add("LEDGER_HOLE", subject, "nothing", "an entry");
    }
    this.#missing = 0;
    this.#compareHash(seq, sha256Hex(bytes), expected, () => this.#read(seq, bytes));
  }

  #compareHash(seq: number, hash: string, expected: string | undefined, whenRight: () => void): void {
    if (this.#known?.size === seq + 1 && this.#known.hash !== hash) {
      this.#add(
        "HEAD_CONTRADICTED",
        `${entryPath(seq)} against the head kept elsewhere`,
        hash,
        this.#known.hash,
      );
    }
    if (hash === expected) return whenRight();
    this.#add(
      "LEDGER_BROKEN",
      entryPath(seq),
      hash,
      expected ?? "a hash from the entry after it or from a head",
    );
  }

  #read(seq: number, bytes: Uint8Array): void {
    const entry = this.#parse(seq, bytes);
    if (entry === undefined) return;
    this.#expected = entry.prev;
    this.#checkPlace(seq, entry);
    this.#facts.add(entry);
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
