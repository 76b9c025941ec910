import { DaybookError, isDaybookError } from "../model/errors.js";
import { isAbsence } from "./source.js";

/** A failed check of an archive's file, as a value: whoever checks decides whether the first one ends the work. */
export interface Flaw {
  readonly code:
    | "FILE_MISSING"
    | "FILE_FOREIGN"
    | "FILE_UNREADABLE"
    | "FILE_SIZE"
    | "FILE_HASH"
    | "FILE_MALFORMED"
    | "SIGNATURE_WRONG"
    | "SUMS_DIFFER"
    | "CONTENT_HASH";
  /** The path in the archive. */
  readonly subject: string;
  readonly found: string;
  readonly expected: string;
}

/** Takes each flaw as it is found. One that throws ends the check. */
export type Report = (flaw: Flaw) => void;

/** Reports a flaw as ARCHIVE_DAMAGED. */
export function raise(flaw: Flaw): never {
  throw damagedBy(flaw);
}

export function damagedBy({ subject, found, expected }: Flaw, cause?: unknown): DaybookError {
  return new DaybookError("ARCHIVE_DAMAGED", {
    message: `${subject}: found ${found}, expected ${expected}`,
    cause,
  });
}

/**
 * What the work returns; undefined after a flaw when the archive is the reason of its failure. Any other failure, such as
 * a sink that is down or an abort, goes on.
 */
export async function attempt<T>(
  path: string,
  report: Report,
  work: () => Promise<T | undefined>,
): Promise<T | undefined> {
  try {
    const result = await work();
    if (result === undefined) report(missing(path));
    return result;
  } catch (error) {
    if (isAbsence(error)) report(missing(path));
    else if (isArchiveFault(error)) {
      report({
        code: "FILE_UNREADABLE",
        subject: path,
        found: error.message,
        expected: "a file that can be read",
      });
    } else throw error;
    return undefined;
  }
}

export function missing(path: string): Flaw {
  return { code: "FILE_MISSING", subject: path, found: "nothing", expected: "a file" };
}

/** Whether what was read is at fault, not the way to it. A block that the disk cannot read is damage as well. */
export function isArchiveFault(error: unknown): error is DaybookError {
  return isDaybookError(error) && error.isContentFault;
}
