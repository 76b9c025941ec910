import { DaybookError, isDaybookError } from "daybook/plugin";
import type { ErrorCode } from "daybook/plugin";

type Meaning = readonly [code: ErrorCode, hint?: string];

/** Errors whose status alone would mislead. https://docs.aws.amazon.com/AmazonS3/latest/API/ErrorResponses.html */
const MEANING_OF: Readonly<Record<string, Meaning>> = {
  NoSuchBucket: ["SINK_REFUSED", "create the bucket, or correct its name"],
  ObjectLockConfigurationNotFoundError: ["SINK_REFUSED", "create the bucket with Object Lock"],
  PermanentRedirect: ["SINK_REFUSED", "set region to the bucket's own"],
  AuthorizationHeaderMalformed: ["SINK_REFUSED", "set region to the bucket's own"],
  NotImplemented: ["SINK_REFUSED", "the store lacks what Daybook needs; see the plugin's README"],
  PreconditionFailed: ["SINK_CONFLICT"],
  ConditionalRequestConflict: ["SINK_CONFLICT"],
  // The body was checked before it was sent: it changed in transit, and the next attempt may arrive whole.
  BadDigest: ["SINK_UNAVAILABLE"],
  XAmzContentSHA256Mismatch: ["SINK_UNAVAILABLE"],
  OperationAborted: ["SINK_UNAVAILABLE"],
  RequestTimeout: ["SINK_UNAVAILABLE"],
  // The SDK has adopted the server's time by then: the next attempt is signed with it.
  RequestTimeTooSkewed: ["SINK_UNAVAILABLE", "check this machine's clock"],
  TimeoutError: ["SINK_UNAVAILABLE"],
  CredentialsProviderError: ["SINK_REFUSED", "give the process AWS credentials; see the plugin's README"],
};

/** What an error of the SDK, of the network or of a body means to the core; others pass as they are. */
export function s3Failure(error: unknown, subject: string): unknown {
  if (!(error instanceof Error) || isDaybookError(error)) return error;
  const { status, headers, code } = answerOf(error);
  if (headers["x-amz-delete-marker"] === "true" && status === 404) return hidden(subject, error);
  const meaning = MEANING_OF[error.name] ?? meaningOf(status, code);
  if (meaning === undefined) return error;
  const [daybookCode, hint] = meaning;
  const seconds = Number(headers["retry-after"] ?? Number.NaN);
  return new DaybookError(daybookCode, {
    message: `${subject}: expected s3 to answer, found ${[status, error.name, code].filter(Boolean).join(" ")}`,
    ...(hint === undefined ? {} : { hint }),
    ...(daybookCode === "SINK_UNAVAILABLE" && seconds >= 0 ? { retry: { after: seconds * 1_000 } } : {}),
    cause: error,
  });
}

/** A delete marker does not mean absent: the object is there, and somebody hid it. */
export function hidden(subject: string, cause?: unknown): DaybookError {
  return new DaybookError("SINK_MISMATCH", {
    message: `${subject}: expected an object or none, found a delete marker over it`,
    hint: "find out who deleted it; removing the delete marker by its version id brings the object back",
    ...(cause === undefined ? {} : { cause }),
  });
}

function meaningOf(status: number | undefined, code: string | undefined): Meaning | undefined {
  if (status === undefined) return code === undefined ? undefined : meaningOfNetwork(code);
  if (status === 404) return ["SINK_NOT_FOUND"];
  if (status === 429 || status >= 500) return ["SINK_UNAVAILABLE"];
  if (status >= 300) return ["SINK_REFUSED"];
  // A success with an unreadable body: something between here and the store answered.
  return ["SINK_UNAVAILABLE"];
}

/** Codes of node:net, node:tls and OpenSSL. */
function meaningOfNetwork(code: string): Meaning {
  const isDistrust = /CERT|SIGNATURE|^ERR_TLS_|^ERR_SSL_/.test(code);
  return isDistrust
    ? ["SINK_REFUSED", "the store's certificate is not trusted: set NODE_EXTRA_CA_CERTS"]
    : ["SINK_UNAVAILABLE"];
}

interface Answer {
  readonly status: number | undefined;
  readonly headers: Readonly<Record<string, string | undefined>>;
  readonly code: string | undefined;
}

function answerOf(error: Error): Answer {
  const seen = error as Error & {
    readonly $metadata?: { readonly httpStatusCode?: number };
    readonly $response?: { readonly statusCode?: number; readonly headers?: Answer["headers"] };
    readonly code?: unknown;
  };
  return {
    status: seen.$metadata?.httpStatusCode ?? seen.$response?.statusCode,
    headers: seen.$response?.headers ?? {},
    code: typeof seen.code === "string" ? seen.code : undefined,
  };
}
