import type { HttpAnswer } from "../io/http.js";
import { DaybookError } from "../model/errors.js";
import type { ErrorCode, Retry } from "../model/errors.js";
import { refusedBy } from "./preflight/source-refusal.js";
import { answerTimeMs, retryAfterMs } from "./retry-after.js";

/** What must be known of a request to judge its answer. */
export interface RequestContext {
  /** The page in words, for texts: `2026-11-20 T07 page 3`. */
  readonly subject: string;
  /** Milliseconds since the epoch from which the source no longer serves the day. */
  readonly deadlineMs: number;
  readonly nowMs: number;
}

/** Why an answer is no page; undefined for one that may be. One rule for each status: the error's `retry` says whether to try again. */
export function refusalOf(answer: HttpAnswer, context: RequestContext): DaybookError | undefined {
  const { status } = answer;
  if (status === 200) return isJson(answer) ? undefined : notJson(answer, context);
  if (status === 429) return throttled(answer, context);
  if (status === 400 && isOutOfHorizon(answer, context)) return outOfHorizon(context);
  if (status === 401 || status === 403) return denied(answer, context);
  if (status === 408 || status >= 500) return unavailable(answer, context);
  if (status >= 300 && status < 400) return refusal("NETWORK_REDIRECT", answer, context);
  // 204, 206 and the like are nowhere documented: an answer that is not a whole page must not pass for one.
  if (status < 300) return refusal("SOURCE_PAGE_INVALID", answer, context);
  return refusal("SOURCE_REFUSED", answer, context);
}

/** Whether the source wants another token. An expired one comes as 403 TokenExpired; 401 may mean the same. */
export function isTokenRefused(answer: HttpAnswer): boolean {
  return answer.status === 401 || (answer.status === 403 && errorCodeIn(answer) === "TokenExpired");
}

function isJson(answer: HttpAnswer): boolean {
  const type = answer.headers["content-type"];
  return type === undefined || /^application\/([\w.+-]*\+)?json\b/i.test(type.trim());
}

function notJson(answer: HttpAnswer, context: RequestContext): DaybookError {
  const found = `content type ${(answer.headers["content-type"] ?? "").slice(0, 80)}`;
  return refusal("SOURCE_PAGE_INVALID", answer, context, { found, expected: "application/json" });
}

function throttled(answer: HttpAnswer, context: RequestContext): DaybookError {
  const retry = { after: retryAfterMs(answer.headers, context.nowMs) };
  return refusal("SOURCE_THROTTLED", answer, context, { retry });
}

function unavailable(answer: HttpAnswer, context: RequestContext): DaybookError {
  const isTimed = answer.headers["retry-after"] !== undefined;
  const retry = { after: retryAfterMs(answer.headers, context.nowMs) };
  return refusal("SOURCE_UNAVAILABLE", answer, context, isTimed ? { retry } : {});
}

// A day is given up for ever on this verdict. The empty 400 alone cannot be told from others, and our clock alone may have
// jumped: both clocks must have passed the deadline.
function isOutOfHorizon(answer: HttpAnswer, context: RequestContext): boolean {
  const surelyMs = Math.min(context.nowMs, answerTimeMs(answer.headers, context.nowMs));
  return answer.body.length === 0 && surelyMs >= context.deadlineMs;
}

function outOfHorizon(context: RequestContext): DaybookError {
  return new DaybookError("SOURCE_OUT_OF_HORIZON", {
    message: `${context.subject}: found an empty 400 for a day past the horizon, expected a day that the source still serves`,
  });
}

function denied(answer: HttpAnswer, context: RequestContext): DaybookError {
  const code = errorCodeIn(answer);
  if (code === "TokenExpired")
    return refusal("SIGNIN_REFUSED", answer, context, { found: "TokenExpired for a new token" });
  const found = `${answer.status}${code === undefined ? "" : ` ${code}`}`;
  return refusal("ACCESS_DENIED", answer, context, { found, hint: refusedBy(answer, []).hint });
}

/** What an error says beyond its code; the status, a page and the catalogue's hint and retry where it says nothing. */
interface RefusalWords {
  readonly found?: string;
  readonly expected?: string;
  readonly retry?: Retry;
  readonly hint?: string;
}

function refusal(
  code: ErrorCode,
  answer: HttpAnswer,
  context: RequestContext,
  { found = `status ${answer.status}`, expected = "a page with status 200", ...more }: RefusalWords = {},
): DaybookError {
  const requestId = answer.headers["requestid"]?.slice(0, 80);
  const id = requestId === undefined ? "" : ` (request id ${requestId})`;
  const message = `${context.subject}: found ${found}, expected ${expected}${id}`;
  return new DaybookError(code, { message, ...more });
}

const MAX_ERROR_BODY_BYTES = 64 * 1024;

/** The error code in a body `{"error":{"code":…}}`; undefined when there is none, or none fit for a text. */
function errorCodeIn(answer: HttpAnswer): string | undefined {
  if (answer.body.length > MAX_ERROR_BODY_BYTES) return undefined;
  const body = parseJson(new TextDecoder().decode(answer.body));
  const error = isObject(body) ? body["error"] : undefined;
  const code = isObject(error) ? error["code"] : undefined;
  return typeof code === "string" && /^[\w.-]{1,80}$/.test(code) ? code : undefined;
}

function parseJson(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return undefined;
  }
}

function isObject(value: unknown): value is Readonly<Record<string, unknown>> {
  return typeof value === "object" && value !== null;
}
