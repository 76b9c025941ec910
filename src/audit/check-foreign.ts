import { isArchiveFault } from "../archive/flaw.js";
import { openHead } from "../archive/head.js";
import { entryPath, headPath } from "../model/ledger-entry.js";
import { sha256Hex } from "../model/sha256.js";
import { readSmall } from "../archive/source.js";
import { ACT_FILE, BAG_SCOPE, LIMITS, cosignaturePath } from "../archive/layout.js";
import { guard, isExpected, readPinned } from "./audit.js";
import type { Audit } from "./audit.js";
import { checkUncommitted } from "./check-uncommitted.js";
import type { PackageContext } from "./check-package.js";
import { continuing } from "./later-entries.js";
import type { ChainEnd } from "./later-entries.js";
import type { LedgerFacts } from "./ledger-facts.js";

const PINNED_PATH = /^(?:archive\.json|README\.txt|FORMAT\.md|keys\/[0-9a-f]{8}\.pem)$/;
/** An empty folder that a writer makes before the file in it; the last three lie in a state folder alone. */
const BEGUN_FOLDER =
  /^(?:keys|heads|anchors|ledger|days|spool|staging|quarantine)\/(?:\d+\/)*(?:r\d{4,}\/)?$/;
const FIRST_FILES = ["archive.json", "README.txt", "FORMAT.md"];

/** The files that the ledger fixes by hash are there and unaltered. */
export async function checkPinned(audit: Audit, facts: LedgerFacts): Promise<void> {
  for (const path of FIRST_FILES) {
    if (!facts.pinned.has(path)) {
      audit.found.add("LEDGER_ORIGIN", {
        subject: entryPath(0),
        found: `no hash of ${path}`,
        expected: "one",
      });
    }
  }
  for (const [path, expected] of facts.pinned) {
    // Only the format's own names are opened, whatever an entry says.
    if (!PINNED_PATH.test(path)) {
      audit.found.add("FILE_MALFORMED", {
        subject: path,
        found: "a name in the ledger",
        expected: "one of the format",
      });
      continue;
    }
    await readPinned(audit, path, LIMITS.ledgerEntry, expected);
  }
}

/** Walks over every path there is and reports what neither ledger nor manifests name. */
export async function checkForeign(audit: Audit, context: PackageContext, facts: LedgerFacts): Promise<void> {
  await guard(audit, "the archive's folders", undefined, () => walk(audit, context, facts));
}

async function walk(audit: Audit, context: PackageContext, facts: LedgerFacts): Promise<void> {
  const beyond = new BeyondHead(audit, context, facts);
  let uncommitted: string | undefined;
  for await (const path of audit.reader.list("", audit.signal)) {
    if (isNamed(audit, path, facts) || BEGUN_FOLDER.test(path)) continue;
    const seq = /^ledger\/\d{3}\/(\d{9})\.json$/.exec(path)?.[1];
    if (seq !== undefined && entryPath(Number(seq)) === path) {
      await beyond.entry(Number(seq));
      continue;
    }
    if (beyond.isActFile(path)) continue;
    if (/^heads\/\d{9}$/.test(path) && (await beyond.isHead(path))) continue;
    const folder = /^days\/\d{4}\/\d{2}\/\d{2}\/r\d{4,}(?=\/[^/]+$)/.exec(path)?.[0];
    // A bag has nothing of the days that it says it leaves out.
    if (folder === undefined || facts.packages.has(folder)) {
      audit.found.add("FILE_FOREIGN", { subject: path, found: "a file", expected: "none of this name" });
      continue;
    }
    if (folder === uncommitted) continue; // One finding for a package, not for each of its files.
    uncommitted = folder;
    await checkUncommitted(audit, context, facts, folder);
  }
  beyond.finish();
}

/** What lies in a package's own folder is compared with its manifest elsewhere. */
function isNamed(audit: Audit, path: string, facts: LedgerFacts): boolean {
  if (path === "head" || facts.pinned.has(path)) return true;
  if (path === BAG_SCOPE) return audit.scope !== undefined;
  const folder = path.slice(0, path.lastIndexOf("/"));
  const sealed = facts.packages.get(folder);
  if (sealed !== undefined) return isExpected(audit, sealed.day);
  return isNamedByEntry(path, folder, facts);
}

function isNamedByEntry(path: string, folder: string, facts: LedgerFacts): boolean {
  const act = /^acts\/(\d{9})$/.exec(folder)?.[1];
  if (act !== undefined) return hasFiles(Number(act), facts) && ACT_FILE.test(path.slice(folder.length + 1));
  if (path.startsWith("anchors/"))
    return facts.anchors.anchored.some(({ size }) => cosignaturePath(size) === path);
  const plan = /^plans\/(P\d{4,})\.json$/.exec(path)?.[1];
  if (plan !== undefined) return facts.retention.record.plans.some(({ id }) => id === plan);
  const entry = /^ledger\/\d{3}\/(\d{9})\.json$/.exec(path)?.[1];
  if (entry !== undefined) return Number(entry) < facts.head.size && entryPath(Number(entry)) === path;
  const head = /^heads\/(\d{9})$/.exec(path)?.[1];
  return head !== undefined && Number(head) > 0 && Number(head) <= facts.head.size;
}

/** Whether the entry of this number has files in its folder. */
function hasFiles(seq: number, { retention, anchors }: LedgerFacts): boolean {
  return retention.filed.has(seq) || anchors.policies.some((policy) => policy.seq === seq);
}

/**
 * What lies beyond the newest head that was checked. Entries that continue the chain and that a trusted key has signed are
 * commits in progress, or were made while the archive was checked; anything else was added.
 */
class BeyondHead {
  readonly #audit: Audit;
  readonly #context: PackageContext;
  readonly #facts: LedgerFacts;
  /** Paths come in the order of their numbers. */
  #next: ChainEnd;
  /** Files that the entry of this number, or one before it, may name; they are listed before all entries. */
  readonly #files: { readonly path: string; readonly seq: number }[] = [];

  constructor(audit: Audit, context: PackageContext, facts: LedgerFacts) {
    this.#audit = audit;
    this.#context = context;
    this.#facts = facts;
    this.#next = { seq: facts.head.size, prev: facts.lastHash };
  }

  async entry(seq: number): Promise<void> {
    const path = entryPath(seq);
    const { reader, signal, found } = this.#audit;
    const bytes = await guard(this.#audit, path, undefined, () =>
      readSmall(reader, path, LIMITS.ledgerEntry, signal),
    );
    if (bytes === undefined) return;
    const isNext = seq === this.#next.seq && continuing(bytes, this.#next, this.#context.keys.trusted);
    if (isNext) {
      this.#next = { seq: seq + 1, prev: sha256Hex(bytes) };
      found.add("HEAD_BEHIND", {
        subject: path,
        found: `entry ${seq}`,
        expected: `a head of size ${seq + 1}`,
      });
    } else {
      found.add("LEDGER_UNSIGNED", {
        subject: path,
        found: `entry ${seq}`,
        expected: `none from ${this.#next.seq} on`,
      });
    }
  }

  /** Whether it may be a file of an act or a plan whose entry is not there yet: such a file is written before its entry. */
  isActFile(path: string): boolean {
    const act = /^acts\/(\d{9})\//.exec(path)?.[1];
    const isFile = act !== undefined && ACT_FILE.test(path.slice(`acts/${act}/`.length));
    if (isFile && Number(act) >= this.#facts.head.size) {
      this.#files.push({ path, seq: Number(act) });
      return true;
    }
    const size = /^anchors\/(\d{9})\.cosig$/.exec(path)?.[1];
    if (size !== undefined && Number(size) >= this.#facts.head.size) {
      this.#files.push({ path, seq: Number(size) });
      return true;
    }
    const plan = /^plans\/P(\d{4,})\.json$/.exec(path)?.[1];
    if (plan === undefined) return false;
    const drawn = Math.max(0, ...this.#facts.retention.record.plans.map(({ id }) => Number(id.slice(1))));
    if (Number(plan) <= drawn) return false;
    // Each plan has an entry of its own.
    this.#files.push({ path, seq: this.#facts.head.size + Number(plan) - drawn - 1 });
    return true;
  }

  /** Judges the files of acts by the entries that were found after them. */
  finish(): void {
    for (const { path, seq } of this.#files) {
      const isNext = seq <= this.#next.seq;
      this.#audit.found.add(isNext ? "HEAD_BEHIND" : "FILE_FOREIGN", {
        subject: path,
        found: isNext ? "a file of an act" : "a file",
        expected: isNext ? "its entry under the head that was checked" : "none of this name",
      });
    }
  }

  /** Whether it is a head that a trusted key signed after the newest one was read. */
  async isHead(path: string): Promise<boolean> {
    const { reader, signal, found } = this.#audit;
    const { identity, keys } = this.#context;
    try {
      const bytes = await readSmall(reader, path, LIMITS.smallFile, signal);
      if (bytes === undefined) return true; // Gone again, or not there yet.
      if (headPath(openHead(bytes, path, identity.origin, keys.trusted).size) !== path) return false;
    } catch (error) {
      signal.throwIfAborted();
      if (isArchiveFault(error)) return false;
      throw error;
    }
    found.add("HEAD_BEHIND", { subject: path, found: "a later head", expected: "the head that was checked" });
    return true;
  }
}
