import { isDaybookError } from "../model/errors.js";
import type { ErrorCode } from "../model/errors.js";
import type { UtcDay } from "../model/utc-day.js";
import { readSmall } from "../archive/reader.js";
import type { ArchiveReader } from "../archive/reader.js";
import type { AuditCode } from "./audit-findings.js";
import type { FindingList } from "./finding-list.js";

/** Limits of docs/FORMAT.md section 11: what a hostile archive may make a verifier read into memory. */
export const LIMITS = {
  smallFile: 65_536,
  ledgerEntry: 1_048_576,
  manifest: 33_554_432,
  pageLedgerLine: 65_536,
  recordLine: 67_108_864,
  page: 268_435_456,
} as const;

/** What every check works with. */
export interface Audit {
  readonly reader: ArchiveReader;
  readonly found: FindingList;
  readonly signal: AbortSignal;
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
    if (isDaybookError(error, "SINK_NOT_FOUND") || isDaybookError(error, "FILE_NOT_FOUND")) {
      audit.found.add("FILE_MISSING", { subject: path, found: "nothing", expected: "a file", day });
      return undefined;
    }
    if (!isDaybookError(error) || !ARCHIVE_FAULTS.includes(error.code)) throw error;
    audit.found.add(code, { subject: path, found: error.message, expected: "as the rule says", day });
    return undefined;
  }
}

// A block that the disk cannot read is damage to report; a sink that is away is not: that error goes on.
const ARCHIVE_FAULTS: readonly ErrorCode[] = [
  "ARCHIVE_DAMAGED",
  "ARCHIVE_TOO_NEW",
  "DISK_FAILED",
  "SINK_MISMATCH",
  "SOURCE_PAGE_INVALID",
  "SOURCE_TENANT_MISMATCH",
];
