import { ERROR_CATALOGUE } from "./error-catalogue.js";
import type { ErrorCode } from "./error-catalogue.js";
import type { ErrorArea, ErrorKind, ErrorReach } from "./error-kind.js";
import type { UtcDay } from "./utc-day.js";

export type { ErrorCode } from "./error-catalogue.js";
export type { ErrorKind } from "./error-kind.js";

/** Whether trying again can help: never, after a growing pause, or not before `after` milliseconds. */
export type Retry = "never" | "backoff" | { readonly after: number };

/** What keeps an object from removal. */
export interface ObjectLock {
  /** The first day on which the object may go; absent when no date is known. */
  readonly until?: UtcDay;
  /** A legal hold is on. */
  readonly hold?: boolean;
}

export interface ErrorDetails {
  /** Subject, rule, found, expected; lower case, no full stop. */
  readonly message: string;
  /** What the operator can do; the catalogue's general hint when absent. */
  readonly hint?: string;
  readonly retry?: Retry;
  readonly cause?: unknown;
  /** Of a refused removal: what keeps the object. */
  readonly lock?: ObjectLock;
}

/** The one class of error that Daybook throws. `code` is listed in docs/ERRORS.md. */
export class DaybookError extends Error {
  override readonly name = "DaybookError";
  readonly code: ErrorCode;
  readonly hint: string;
  readonly retry: Retry;
  readonly lock?: ObjectLock;

  constructor(code: ErrorCode, details: ErrorDetails) {
    super(details.message, details.cause === undefined ? undefined : { cause: details.cause });
    this.code = code;
    this.hint = details.hint ?? ERROR_CATALOGUE[code].hint;
    this.retry = details.retry ?? ERROR_CATALOGUE[code].retry;
    if (details.lock !== undefined) this.lock = details.lock;
  }

  /** What went wrong. */
  get kind(): ErrorKind {
    return ERROR_CATALOGUE[this.code].kind;
  }

  /** Where it went wrong. */
  get area(): ErrorArea {
    return ERROR_CATALOGUE[this.code].area;
  }

  /** Whether the next day would fail in the same way. */
  get reach(): ErrorReach {
    return ERROR_CATALOGUE[this.code].reach;
  }

  /** Whether what was read of an archive is at fault, not the way to it. */
  get isContentFault(): boolean {
    return ERROR_CATALOGUE[this.code].isContentFault;
  }
}

export function isDaybookError(error: unknown, code?: ErrorCode): error is DaybookError {
  return error instanceof DaybookError && (code === undefined || error.code === code);
}

/** Whether a code that was read from a file is one of today's. */
export function isErrorCode(code: unknown): code is ErrorCode {
  return typeof code === "string" && Object.hasOwn(ERROR_CATALOGUE, code);
}

/** The message of whatever was thrown. */
export function messageOf(thrown: unknown): string {
  return thrown instanceof Error ? thrown.message : String(thrown);
}
