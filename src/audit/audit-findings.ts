import type { Finding, Severity } from "../model/finding.js";
import type { UtcDay } from "../model/utc-day.js";
import { printable } from "../archive/printable.js";

const damage = (rule: string): Kind => ({ severity: "damage", rule });
const notice = (rule: string): Kind => ({ severity: "notice", rule });

interface Kind {
  readonly severity: Severity;
  readonly rule: string;
}

/** Everything that an audit can find, by the rule that is broken (docs/AUDIT.md lists them). */
export const AUDIT_FINDINGS = {
  FILE_MISSING: damage("every file that the archive names is there"),
  FILE_FOREIGN: damage("the archive holds nothing that it does not name"),
  FILE_UNREADABLE: damage("every file is a plain file that can be read in full, within its size limit"),
  FILE_SIZE: damage("a file has the size that the signed manifest gives"),
  FILE_HASH: damage("a file has the hash that a signed place gives"),
  FILE_MALFORMED: damage("a file has the form that docs/FORMAT.md specifies"),
  ARCHIVE_IDENTITY: damage("every signed file belongs to this archive, this tenant and its own place"),
  KEY_MISNAMED: damage("a key lies under its own key id"),
  SIGNATURE_WRONG: damage("a signature is by a trusted key of the archive, over these very bytes"),
  HEAD_INVALID: damage(
    "a head is a note of this archive, signed by a trusted key, under the size that it states",
  ),
  HEAD_CONTRADICTED: damage("every head ever signed states the hash of the ledger's entry at its size"),
  HEAD_NOT_REACHED: damage("the ledger is at least as long as the head that the auditor kept"),
  HEAD_BEHIND: notice("the newest entry is covered by a head"),
  HEAD_STALE: notice("`head` is a copy of the newest head"),
  LEDGER_BROKEN: damage("each entry holds the hash of the entry before it"),
  LEDGER_HOLE: damage("every entry from 0 to the newest head's size is there"),
  LEDGER_NUMBER: damage("an entry states its own number and has a form that docs/FORMAT.md specifies"),
  LEDGER_UNSIGNED: damage("no entry lies beyond the newest head"),
  LEDGER_ORIGIN: damage("entry 0 creates the archive and fixes its first files"),
  CLOCK_BACKWARDS: notice("an entry's time is not before that of the entry before it"),
  REVISION_HOLE: damage("a day's revisions are numbered from 1 without a hole"),
  SUPERSEDES_WRONG: damage("a manifest names the revision before it by hash"),
  PREVIOUS_WRONG: damage("a manifest names the manifest sealed before it by hash"),
  PACKAGE_NOT_COMMITTED: notice("a package is named by a ledger entry"),
  PACKAGE_FOREIGN: damage("a package is named by a ledger entry"),
  SUMS_DIFFER: damage("SHA256SUMS says the same as the manifest"),
  LOST_UNTRUE: damage("a day is not recorded as lost after it was sealed"),
  CONTENT_BROKEN: damage("a compressed file is exactly one frame within its stated size"),
  CONTENT_HASH: damage("a file's content has the size and hash that the signed manifest gives"),
  PAGE_LEDGER_DIFFERS: damage(
    "the page ledger has one line for each page, in order, with the page's size and hash",
  ),
  CHAIN_BROKEN: damage(
    "each window's pages form one chain from a request without a token to an answer without one",
  ),
  EVENT_SET_DIFFERS: damage("the record lines, sorted, have the event set's hash"),
  COUNT_DIFFERS: damage("the manifest's counts are what counting again gives"),
  PAGE_INVALID: damage("a page is what the source promises"),
  PAGE_COUNT: damage("the page ledger states the number of events in a page"),
  PAGE_TOKEN: damage("the page ledger states the hash of the token in a page"),
  LINES_DIFFER: damage("the record lines are those that the pages give"),
  CARRIED_DIFFERS: damage("what is carried stood in the revision before and is not in this reading"),
} as const satisfies Record<string, Kind>;

export type AuditCode = keyof typeof AUDIT_FINDINGS;

export interface FoundAndExpected {
  readonly subject: string;
  readonly found: string;
  readonly expected: string;
  readonly day?: UtcDay | undefined;
}

/** A finding of this kind. Subject and values may come from a hostile archive: they are made printable here. */
export function auditFinding(code: AuditCode, what: FoundAndExpected): Finding {
  return {
    code,
    ...AUDIT_FINDINGS[code],
    subject: printable(what.subject),
    found: printable(what.found),
    expected: printable(what.expected),
    ...(what.day === undefined ? {} : { day: what.day }),
  };
}
