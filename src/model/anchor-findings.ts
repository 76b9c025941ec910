import type { FindingKind } from "./finding-kind.js";

const damage = (rule: string, hint: string) => ({ severity: "damage", rule, hint }) as const;
const notice = (rule: string, hint: string) => ({ severity: "notice", rule, hint }) as const;

/** What an audit finds in the confirmations of witnesses. */
export const ANCHOR_FINDINGS = {
  ANCHOR_WRONG: damage(
    "a cosignature is by a witness of the policy, over the ledger's own root",
    "find out who wrote to the archive; compare with the heads that the witness keeps",
  ),
  WITNESS_MISSING: damage(
    "as many witnesses as the auditor demands have confirmed the ledger",
    "ask each witness's operator for the newest head that it cosigned, and give it to --heads",
  ),
  ANCHOR_MISSING: damage(
    "witnesses have confirmed every entry older than the auditor allows",
    "ask the operator why no witness confirmed them; `daybook status` shows the alarm",
  ),
  ANCHOR_LATE: notice(
    "witnesses confirm the ledger as often as the archive promises",
    "ask the operator why; --require-anchor-within makes it damage",
  ),
} as const satisfies Record<string, FindingKind>;
