import type { FindingKind } from "./finding-kind.js";

const KEEP = "touch nothing; compare with another copy of the archive, as docs/AUDIT.md says";
const WRITER = "find out who wrote to the archive; compare with another copy, as docs/AUDIT.md says";
const KEYS = "compare the key's fingerprint with the operator's, and the archive with another copy";
const RUNNING = "verify again once no pass is running; a pass completes what a crash interrupted";

const damage = (rule: string, hint = KEEP) => ({ severity: "damage", rule, hint }) as const;
const notice = (rule: string, hint: string) => ({ severity: "notice", rule, hint }) as const;

/** What an audit finds in a sealed archive, beside what the checks of a reading find in it. */
export const ARCHIVE_FINDINGS = {
  FILE_MISSING: damage("every file that the archive names is there"),
  FILE_FOREIGN: damage("the archive holds nothing that it does not name", WRITER),
  FILE_UNREADABLE: damage("every file is a plain file that can be read in full, within its size limit"),
  FILE_SIZE: damage("a file has the size that the signed manifest gives"),
  FILE_HASH: damage("a file has the hash that a signed place gives"),
  FILE_MALFORMED: damage("a file has the form that docs/FORMAT.md specifies"),
  ARCHIVE_IDENTITY: damage(
    "every signed file belongs to this archive, this tenant and its own place",
    WRITER,
  ),
  KEY_MISNAMED: damage("a key lies under its own key id", KEYS),
  SIGNATURE_WRONG: damage("a signature is by a trusted key of the archive, over these very bytes", KEYS),
  HEAD_INVALID: damage(
    "a head is a note of this archive, signed by a trusted key, under the size that it states",
    KEYS,
  ),
  HEAD_CONTRADICTED: damage("every head ever signed states the root of the ledger at its size", WRITER),
  HEAD_NOT_REACHED: damage("the ledger is at least as long as the head that the auditor kept"),
  HEAD_BEHIND: notice("the newest entry is covered by a head", RUNNING),
  HEAD_STALE: notice("`head` is a copy of the newest head", RUNNING),
  LEDGER_BROKEN: damage("each entry holds the hash of the entry before it", WRITER),
  LEDGER_HOLE: damage("every entry from 0 to the newest head's size is there"),
  LEDGER_NUMBER: damage(
    "an entry states its own number and has a form that docs/FORMAT.md specifies",
    WRITER,
  ),
  LEDGER_UNSIGNED: damage("no entry lies beyond the newest head", WRITER),
  LEDGER_ORIGIN: damage("entry 0 creates the archive and fixes its first files", WRITER),
  CLOCK_BACKWARDS: notice(
    "an entry's time is not before that of the entry before it",
    "check the machine's clock: the order of the entries is proved, their times are not",
  ),
  REVISION_HOLE: damage("a day's revisions are numbered from 1 without a hole", WRITER),
  SUPERSEDES_WRONG: damage("a manifest names the revision before it by hash", WRITER),
  PREVIOUS_WRONG: damage("a manifest names the manifest sealed before it by hash", WRITER),
  PACKAGE_NOT_COMMITTED: notice("a ledger entry names each package that is written", RUNNING),
  PACKAGE_FOREIGN: damage("a package is named by a ledger entry", WRITER),
  SUMS_DIFFER: damage("SHA256SUMS says the same as the manifest"),
  LOST_AFTER_SEALED: damage("a day is not recorded as lost after it was sealed", WRITER),
  CONTENT_BROKEN: damage("a compressed file is exactly one frame within its stated size"),
  CONTENT_HASH: damage("a file's content has the size and hash that the signed manifest gives"),
  PAGE_LEDGER_DIFFERS: damage(
    "the page ledger has one line for each page, in order, with the page's size and hash",
  ),
  EVENT_SET_DIFFERS: damage("the record lines, sorted, have the event set's hash"),
  LINES_ROOT_DIFFERS: damage("the record lines, in their order, have the manifest's root"),
  COUNT_DIFFERS: damage("the manifest's counts are what counting again gives"),
  PAGE_INVALID: damage("a page is what the source promises"),
  PAGE_COUNT: damage("the page ledger states the number of events in a page"),
  PAGE_TOKEN: damage("the page ledger states the hash of the token in a page"),
  LINES_DIFFER: damage("the record lines are those that the pages give"),
  CARRIED_DIFFERS: damage("what is carried stood in the revision before and is not in this reading"),
} as const satisfies Record<string, FindingKind>;
