import type { LedgerEntry } from "../model/ledger-entry.js";
import { sha256Hex } from "../model/sha256.js";
import { isInRange } from "../model/utc-day.js";
import type { UtcDay } from "../model/utc-day.js";
import type { BagScope } from "../archive/bag-scope.js";
import { isArchiveFault } from "../archive/flaw.js";
import { isAbsence, readSmall } from "../archive/source.js";
import type { ArchiveSource } from "../archive/source.js";
import type { AuditCode, FindingList } from "./finding-list.js";

/** What every check works with. */
export interface Audit {
  readonly reader: ArchiveSource;
  readonly found: FindingList;
  readonly signal: AbortSignal;
  /** Gets every entry that a hash vouches for, the newest first. */
  readonly onEntry?: ((entry: LedgerEntry) => void) | undefined;
  /** Of the archive part of a bag: the days that it has. */
  readonly scope?: BagScope | undefined;
}

/** Whether the day is one of those that are to be there: all of an archive, those of a bag that it says. */
export function isExpected({ scope }: Pick<Audit, "scope">, day: UtcDay): boolean {
  return scope === undefined || isInRange(day, scope);
}

/** A whole small file; undefined after a finding when it is missing, too large or no plain file. */
export async function readExpected(
  audit: Audit,
  path: string,
  maxBytes: number,
  day?: UtcDay,
): Promise<Uint8Array | undefined> {
  return guard(audit, path, day, async () => {
    const bytes = await readSmall(audit.reader, path, maxBytes, audit.signal);
    if (bytes === undefined)
      audit.found.add("FILE_MISSING", { subject: path, found: "nothing", expected: "a file", day });
    return bytes;
  });
}

/** A whole small file whose hash a signed place gives; another hash is a finding, and the bytes are judged all the same. */
export async function readPinned(
  audit: Audit,
  path: string,
  maxBytes: number,
  sha256: string,
): Promise<Uint8Array | undefined> {
  const bytes = await readExpected(audit, path, maxBytes);
  if (bytes !== undefined)
    audit.found.expect("FILE_HASH", { subject: path, found: sha256Hex(bytes), expected: sha256 });
  return bytes;
}

/** The work's result; undefined after a finding when the archive, not the way to it, is the reason of its failure. */
export async function guard<T>(
  audit: Audit,
  path: string,
  day: UtcDay | undefined,
  work: () => Promise<T>,
  code: AuditCode = "FILE_UNREADABLE",
): Promise<T | undefined> {
  try {
    return await work();
  } catch (error) {
    audit.signal.throwIfAborted();
    if (isAbsence(error)) {
      audit.found.add("FILE_MISSING", { subject: path, found: "nothing", expected: "a file", day });
      return undefined;
    }
    if (!isArchiveFault(error)) throw error;
    audit.found.add(code, { subject: path, found: error.message, expected: "as the rule says", day });
    return undefined;
  }
}
