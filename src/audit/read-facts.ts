import type { ArchiveSource } from "../archive/source.js";
import type { ArchiveIdentity } from "../ledger/archive-tree.js";
import { DaybookError } from "../model/errors.js";
import { checkIdentity, readKeys } from "./check-identity.js";
import { checkLedger } from "./check-ledger.js";
import { FindingList } from "./finding-list.js";
import type { LedgerFacts } from "./ledger-facts.js";

/** What an archive says of itself, by a ledger that was checked from its newest head to its first entry. */
export interface ArchiveFacts {
  readonly identity: ArchiveIdentity;
  readonly facts: LedgerFacts;
}

/**
 * The identity and the ledger of an archive, for reading what it holds. ARCHIVE_DAMAGED with the first finding when the ledger is
 * not whole; ARCHIVE_NOT_FOUND, KEY_NOT_FOUND, and what the way to the archive throws.
 */
export async function readFacts(reader: ArchiveSource, signal: AbortSignal): Promise<ArchiveFacts> {
  const audit = { reader, found: new FindingList(), signal };
  const identity = await checkIdentity(audit);
  const facts =
    identity === undefined
      ? undefined
      : await checkLedger(audit, identity.origin, await readKeys(audit, identity.origin, []), undefined);
  const [first] = audit.found.kept.filter(({ severity }) => severity !== "notice");
  if (identity !== undefined && facts !== undefined && first === undefined) return { identity, facts };
  const { subject = "ledger", found = "nothing", expected = "a ledger", code = "FILE_MISSING" } = first ?? {};
  throw new DaybookError("ARCHIVE_DAMAGED", {
    message: `${subject}: found ${found}, expected ${expected} (${code})`,
    hint: "run `daybook verify` on it, and use another copy until it is whole",
  });
}
