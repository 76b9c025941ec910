import type { FindingKind } from "./finding-kind.js";

const damage = (rule: string, hint: string) => ({ severity: "damage", rule, hint }) as const;

/** What an audit finds in a bag around an archive. */
export const BAG_FINDINGS = {
  BAG_SCOPE_WRONG: damage(
    "bag.json names the archive and counts the revisions of its days as the ledger does",
    "something was taken out of the bag or put into it: ask for it again",
  ),
  BAG_FORM: damage(
    "a bag has the form of RFC 8493, and its manifests name every file",
    "compare it with what was handed over: the ledger that it is from has the hash of manifest-sha256.txt",
  ),
  BAG_SELECTED: damage(
    "data/selected holds what the filters of the transmittal give of data/archive",
    "take data/archive for the record, and ask who made the bag",
  ),
} as const satisfies Record<string, FindingKind>;
