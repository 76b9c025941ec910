import type { FindingKind } from "./finding-kind.js";

const READ_AGAIN = "the day is read again by itself; report it with the log if it stays";
const DISK = "the day is read again by itself; check the disk if it stays";
const DEFECT = "the day is read again by itself; if it stays, report it as a defect of Daybook";
const NOTHING = "nothing to do";
const NETWORK = "check who is between Daybook and the source: DNS, proxy and gateway";

const CACHE =
  "check for a caching proxy, or a source that ignores startDateTime; the day is read again by itself";

const incomplete = (rule: string, hint: string) => ({ severity: "incomplete", rule, hint }) as const;
const notice = (rule: string, hint: string) => ({ severity: "notice", rule, hint }) as const;

/** What the page ledger alone shows. An audit reports the same codes as damage, because the day is sealed. */
export const CHAIN_FINDINGS = {
  WINDOW_MISSING: incomplete("all 24 windows of the day are read, in their order", READ_AGAIN),
  PAGE_MISSING: incomplete("the pages of a window are numbered from 1 without a hole", READ_AGAIN),
  PAGE_STATUS: incomplete("a page is an answer of status 200", READ_AGAIN),
  CHAIN_START_MISSING: incomplete("a page chain starts without a token", READ_AGAIN),
  CHAIN_BROKEN: incomplete("a page is requested with the token that the page before gave", READ_AGAIN),
  CHAIN_END_MISSING: incomplete("a page chain ends where the source gives no token", READ_AGAIN),
  TOKEN_REPEATED: incomplete("no continuation token comes twice in a page chain", READ_AGAIN),
} as const satisfies Record<string, FindingKind>;

/** What shows that a window got the events of another. An audit reports the same codes as damage, because the day is sealed. */
export const WINDOW_FINDINGS = {
  WINDOWS_EQUAL: incomplete("windows do not get one and the same page of events", CACHE),
  WINDOW_FOREIGN: incomplete("most events of a window lie in its hour", CACHE),
} as const satisfies Record<string, FindingKind>;

/** Counts that do not agree. An audit reports the same codes as damage, because the day is sealed. */
export const COUNT_FINDINGS = {
  PAGES_DIFFER: incomplete("every page of the page ledger is transcribed", DEFECT),
  DELIVERED_DIFFERS: incomplete("the events of all pages are the events delivered", DEFECT),
  DISTINCT_DIFFERS: incomplete("an event is a distinct record or an exact duplicate", DEFECT),
  LINE_COUNT_DIFFERS: incomplete("every distinct record is one line of the file", DEFECT),
  RECORDS_DIFFER: incomplete("every distinct record is in the table of records", DEFECT),
  HOURS_DIFFER: incomplete("the events of all hours are the events delivered", DEFECT),
  ACTIVITIES_DIFFER: incomplete("the records of all activities are the distinct records", DEFECT),
} as const satisfies Record<string, FindingKind>;

/** What can be found about a reading before it is sealed. */
export const READING_FINDINGS = {
  DAY_NOT_OVER: incomplete(
    "the day is over by the source's clock",
    "correct the machine's clock; the day is read again by itself",
  ),
  ...CHAIN_FINDINGS,
  PAGE_UNUSABLE: incomplete("a page is kept whole and is what the source promises", DISK),
  PAGE_BODY_DIFFERS: incomplete("the body on disk is the body received", DISK),
  PAGE_EVENTS_DIFFER: incomplete("the page ledger counts the body's events", DISK),
  PAGE_TOKEN_DIFFERS: incomplete("the page ledger names the token that the body gives", DISK),
  ...WINDOW_FINDINGS,
  ...COUNT_FINDINGS,
  CLOCK_SKEW: notice(
    "our clock agrees with the source's within five minutes",
    "correct the machine's clock: the times in the archive are in doubt",
  ),
  URI_UNREADABLE: notice("a continuationUri is a URL", NETWORK),
  URI_HOST_UNKNOWN: notice("a continuationUri names a host of the source", NETWORK),
  URI_INSECURE: notice("a continuationUri is https", NETWORK),
  URI_USER_INFO: notice("a continuationUri holds no user name", NETWORK),
  URI_PATH: notice("a continuationUri names our own resource", NETWORK),
  LAST_RESULT_SET_TOO_EARLY: notice("lastResultSet is not true on a page that gives a token", NOTHING),
  CONFLICTING_IDS: notice("an Id stands for one record", NOTHING),
  MISSING_IDS: notice("every record has an Id", NOTHING),
  OUTSIDE_WINDOW: notice("a record's CreationTime lies in the day", NOTHING),
  SOURCE_SHRANK: notice(
    "a later reading has every Id of the earlier one",
    "nothing is lost: the records that are missing are carried; ask who removed them at the source",
  ),
} as const satisfies Record<string, FindingKind>;
