import { entryPath } from "../model/ledger-entry.js";
import { isSignedEntry, parseEntry } from "../ledger/entry-format.js";
import { sha256Hex } from "../model/sha256.js";
import { readSmall } from "../archive/source.js";
import { LIMITS } from "../archive/layout.js";
import { guard, readExpected } from "./audit.js";
import type { Audit } from "./audit.js";
import { checkUncommitted } from "./check-uncommitted.js";
import type { PackageContext } from "./check-package.js";
import type { LedgerFacts } from "./ledger-facts.js";

const PINNED_PATH = /^(?:archive\.json|README\.txt|FORMAT\.md|keys\/[0-9a-f]{8}\.pem)$/;
/** An empty folder that a writer makes before the file in it; the last three lie in a state folder alone. */
const BEGUN_FOLDER = /^(?:keys|heads|ledger|days|spool|staging|quarantine)\/(?:\d+\/)*(?:r\d{4,}\/)?$/;
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
    const bytes = await readExpected(audit, path, LIMITS.ledgerEntry);
    if (bytes === undefined) continue;
    audit.found.expect("FILE_HASH", { subject: path, found: sha256Hex(bytes), expected });
  }
}

/** Walks over every path there is and reports what neither ledger nor manifests name. */
export async function checkForeign(audit: Audit, context: PackageContext, facts: LedgerFacts): Promise<void> {
  let uncommitted: string | undefined;
  for await (const path of audit.reader.list("", audit.signal)) {
    if (isNamed(path, facts) || BEGUN_FOLDER.test(path)) continue;
    const seq = /^ledger\/\d{3}\/(\d{9})\.json$/.exec(path)?.[1];
    if (seq !== undefined && entryPath(Number(seq)) === path) {
      await checkBeyondHead(audit, context, facts, Number(seq));
      continue;
    }
    const folder = /^days\/\d{4}\/\d{2}\/\d{2}\/r\d{4,}(?=\/[^/]+$)/.exec(path)?.[0];
    if (folder === undefined) {
      audit.found.add("FILE_FOREIGN", { subject: path, found: "a file", expected: "none of this name" });
      continue;
    }
    if (folder === uncommitted) continue; // One finding for a package, not for each of its files.
    uncommitted = folder;
    await checkUncommitted(audit, context, facts, folder);
  }
}

/** What lies in a package's own folder is compared with its manifest elsewhere. */
function isNamed(path: string, facts: LedgerFacts): boolean {
  if (path === "head" || facts.pinned.has(path)) return true;
  const folder = path.slice(0, path.lastIndexOf("/"));
  if (facts.packages.has(folder)) return true;
  const entry = /^ledger\/\d{3}\/(\d{9})\.json$/.exec(path)?.[1];
  if (entry !== undefined) return Number(entry) < facts.head.size && entryPath(Number(entry)) === path;
  const head = /^heads\/(\d{9})$/.exec(path)?.[1];
  return head !== undefined && Number(head) > 0 && Number(head) <= facts.head.size;
}

/**
 * An entry without a head. One that continues the chain and that a trusted key has signed is a commit in progress; anything
 * else was added.
 */
async function checkBeyondHead(
  audit: Audit,
  { keys }: PackageContext,
  { head }: LedgerFacts,
  seq: number,
): Promise<void> {
  const path = entryPath(seq);
  const bytes = await guard(audit, path, undefined, () =>
    readSmall(audit.reader, path, LIMITS.ledgerEntry, audit.signal),
  );
  if (bytes === undefined) return;
  const entry = await guard(audit, path, undefined, async () => parseEntry(bytes, path), "LEDGER_UNSIGNED");
  if (entry === undefined) return;
  const isNext = seq === head.size && entry.seq === seq && entry.prev === head.lastHash;
  const found = `entry ${seq}`;
  if (isNext && isSignedEntry(bytes, keys.trusted))
    audit.found.add("HEAD_BEHIND", { subject: path, found, expected: `a head of size ${seq + 1}` });
  else audit.found.add("LEDGER_UNSIGNED", { subject: path, found, expected: `none from ${head.size} on` });
}
