import type { RestError } from "@azure/storage-blob";
import { DaybookError } from "daybook/plugin";
import type { Retry } from "daybook/plugin";

/** What an error of the SDK says. Its text and request are left out: they contain addresses with signatures. */
interface Answer {
  readonly status: number | undefined;
  /** The service's error code, such as `BlobNotFound`, or the system's, such as `ECONNREFUSED`. */
  readonly code: string;
  readonly requestId: string | undefined;
  readonly retryAfterMs: number | undefined;
}

/** The service's own code of a refused request (https://learn.microsoft.com/rest/api/storageservices/blob-service-error-codes). */
export function serviceCode(error: unknown): string | undefined {
  return answerOf(error)?.code;
}

/** What the SDK threw about `subject`, as a DaybookError; the reason of the signal where that stopped it. */
export function storageError(error: unknown, subject: string, signal: AbortSignal): unknown {
  if (signal.aborted) return signal.reason;
  const answer = answerOf(error);
  if (answer === undefined) return error;
  const { status, code, requestId } = answer;
  const id = requestId === undefined ? "" : ` (request ${requestId})`;
  if (code === "BlobNotFound") {
    return new DaybookError("SINK_NOT_FOUND", { message: `${subject}: expected a blob, found none${id}` });
  }
  const message = `${subject}: expected success, found ${status ?? "no answer"} ${code}${id}`;
  if (isPassing(status, code)) return new DaybookError("SINK_UNAVAILABLE", { message, ...retryOf(answer) });
  const hint = HINTS[code];
  return new DaybookError("SINK_REFUSED", { message, ...(hint === undefined ? {} : { hint }) });
}

const HINTS: Readonly<Record<string, string>> = {
  ContainerNotFound: "create the container, or correct its name in the configuration",
  AuthorizationPermissionMismatch:
    "give the identity the role Storage Blob Data Owner (with immutability) or Contributor on the container",
  AuthorizationFailure: "check the key or signature, and the firewall of the storage account",
  AuthenticationFailed: "check the key, the signature's dates and permissions, and the clock",
  BlobImmutableDueToPolicy: "the retention period has not ended",
  BlobImmutableDueToLegalHold: "release the legal hold first",
  BlobArchived: "bring the blob back from the archive tier: Daybook reads what it keeps",
};

// A retry does not repair a certificate (https://nodejs.org/api/tls.html#x509-certificate-error-codes).
const TLS_CODE = /^(ERR_TLS_|ERR_SSL_|CERT_|UNABLE_TO_|DEPTH_ZERO_|SELF_SIGNED_)/;

/** Whether a retry can help, as after damage in transit (Md5Mismatch) or when another writer cleared the blocks. */
function isPassing(status: number | undefined, code: string): boolean {
  if (status === undefined) return !TLS_CODE.test(code);
  if (/^(Md5Mismatch|Crc64Mismatch|InvalidBlockList|OperationTimedOut)$/.test(code)) return true;
  // An unreadable success was cut short in transit. 501 means that the server will never do it.
  return status < 300 || status === 408 || status === 429 || (status >= 500 && status !== 501);
}

function retryOf({ retryAfterMs }: Answer): { readonly retry?: Retry } {
  return retryAfterMs === undefined ? {} : { retry: { after: retryAfterMs } };
}

// By name: the classes are in a package that is loaded only when it is needed.
const SDK_ERRORS = new Set(["AbortError", "RestError"]);

function answerOf(error: unknown): Answer | undefined {
  if (!(error instanceof Error) || !SDK_ERRORS.has(error.name)) return undefined;
  const { statusCode, code, response } = error as Partial<RestError>;
  const headers = response?.headers;
  const seconds = Number(headers?.get("retry-after") ?? Number.NaN);
  return {
    status: statusCode,
    // The header first: an answer to HEAD has no body, and another's body may be unreadable.
    code: headers?.get("x-ms-error-code") ?? code ?? error.name,
    requestId: headers?.get("x-ms-request-id"),
    retryAfterMs: Number.isFinite(seconds) ? seconds * 1_000 : undefined,
  };
}
