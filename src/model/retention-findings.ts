import type { FindingKind } from "./finding-kind.js";

const WRITER = "find out who wrote to the archive; compare with another copy, as docs/AUDIT.md says";

const damage = (rule: string, hint: string) => ({ severity: "damage", rule, hint }) as const;
const notice = (rule: string, hint: string) => ({ severity: "notice", rule, hint }) as const;

/** What an audit finds in the acts about retention: people, holds, plans and disposals. */
export const RETENTION_FINDINGS = {
  ROSTER_WRONG: damage(
    "a roster follows the one before it and is signed by enough of its people",
    "nobody but the people of the roster before may change who approves: ask them, and compare with another copy",
  ),
  ROSTER_UNSIGNED: notice(
    "a roster is signed by people of the one before",
    "somebody replaced the people by login alone: find out who and why; it took effect after 30 days",
  ),
  STATEMENT_WRONG: damage(
    "an act of a person rests on a statement that says the same, signed by somebody in the roster who may",
    "ask the person named whether they signed it; compare with another copy",
  ),
  STATEMENT_UNCHECKED: notice(
    "OpenSSH accepts the signature of every statement",
    "install OpenSSH's client, on Debian `apt install openssh-client`, and verify again",
  ),
  ACT_UNSIGNED: notice(
    "acts of people are signed",
    "declare `people` and run `daybook people apply`; until then an act stands by login alone",
  ),
  PLAN_WRONG: damage("a disposal follows a plan that names the day and its revisions", WRITER),
  DISPOSED_HELD: damage(
    "no day is destroyed while a hold stands",
    "a held day was destroyed: tell those who placed the hold",
  ),
  DISPOSED_EARLY: damage(
    "no day is destroyed before its retention has ended",
    "a day was destroyed too early: tell the records manager",
  ),
  DISPOSED_UNAPPROVED: damage(
    "a disposal has the approvals of as many people as were required",
    "a day was destroyed without authority: tell the records manager",
  ),
  TOMBSTONE_WRONG: damage(
    "a destroyed revision has the tombstone that the ledger names, and it says the same",
    WRITER,
  ),
  DISPOSAL_UNFINISHED: notice(
    "a disposal that began is finished",
    "a copy may be locked for longer, or the run was interrupted: `daybook dispose list` says which",
  ),
} as const satisfies Record<string, FindingKind>;
