import type { ArchiveKeys } from "../archive/keys.js";
import { openHead } from "../archive/head.js";
import type { Head } from "../archive/head.js";
import { LIMITS } from "../archive/layout.js";
import { DaybookError } from "../model/errors.js";
import { headPath } from "../model/ledger-entry.js";
import { guard, readExpected } from "./audit.js";
import type { Audit } from "./audit.js";

/** The larger of the newest in `heads/` and `head`: cutting one of them is not enough to hide an entry. */
export async function newestHead(
  audit: Audit,
  origin: string,
  { keys, known }: { readonly keys: ArchiveKeys; readonly known: readonly Head[] },
): Promise<{ readonly newest: Head; readonly copy: Head | undefined } | undefined> {
  // What is there and no plain file is a finding; only what is absent is passed over.
  const copy = await guard(audit, "head", undefined, () => audit.reader.stat("head", audit.signal));
  const paths = copy === undefined ? [] : ["head"];
  const listed = await guard(audit, "heads/", undefined, () => newestListed(audit));
  if (listed !== undefined) paths.push(listed);
  if (paths.length === 0) {
    if (known.length === 0) await refuseEmpty(audit);
    audit.found.add("FILE_MISSING", { subject: "heads/", found: "no head", expected: "one for each entry" });
  }
  const heads = await Promise.all(paths.map((path) => readHead(audit, path, origin, keys)));
  const newest = heads.filter((head) => head !== undefined).toSorted((a, b) => b.size - a.size)[0];
  if (newest === undefined) return undefined;
  const hasCopy = paths.includes("head");
  checkCopy(audit, newest, hasCopy ? heads[0] : "absent");
  return { newest, copy: hasCopy ? heads[0] : undefined };
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
export async function readHead(
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

export function checkReach(audit: Audit, newest: Head, known: readonly Head[]): void {
  const size = Math.max(0, ...known.map((head) => head.size));
  if (size <= newest.size) return;
  audit.found.add("HEAD_NOT_REACHED", {
    subject: "ledger/",
    found: `${newest.size} entries`,
    expected: `${size} at least`,
  });
}
