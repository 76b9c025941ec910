import type { HttpAnswer } from "../io/http.js";
import { DaybookError } from "../model/errors.js";
import type { ErrorCode, Retry } from "../model/errors.js";
import { refusedBy } from "./preflight/source-refusal.js";
import { answerTimeMs, retryAfterMs } from "./retry-after.js";

/** What must be known of a request to judge its answer. */
export interface Asked {
  /** The page in words, for texts: `2026-11-20 T07 page 3`. */
  readonly subject: string;
  /** Milliseconds since the epoch from which the source no longer serves the day. */
  readonly deadlineMs: number;
  readonly nowMs: number;
}

/** Why an answer is no page; undefined for one that may be. One rule for each status: the error's `retry` says whether to try again. */
export function refusalOf(answer: HttpAnswer, asked: Asked): DaybookError | undefined {
  const { status } = answer;
  if (status === 200) return isJson(answer) ? undefined : notJson(answer, asked);
  if (status === 429) return throttled(answer, asked);
  if (status === 400 && isOutOfHorizon(answer, asked)) return outOfHorizon(asked);
  if (status === 401 || status === 403) return denied(answer, asked);
  if (status === 408 || status >= 500) return unavailable(answer, asked);
  if (status >= 300 && status < 400) return refusal("NETWORK_REDIRECT", answer, asked);
  // 204, 206 and the like are nowhere documented: an answer that is not a whole page must not pass for one.
  if (status < 300) return refusal("SOURCE_PAGE_INVALID", answer, asked);
  return refusal("SOURCE_REFUSED", answer, asked);
}

/** Whether the source wants another token. An expired one comes as 403 TokenExpired; 401 may mean the same. */
export function isTokenRefused(answer: HttpAnswer): boolean {
  return answer.status === 401 || (answer.status === 403 && errorCodeIn(answer) === "TokenExpired");
}

function isJson(answer: HttpAnswer): boolean {
  const type = answer.headers["content-type"];
  return type === undefined || /^application\/([\w.+-]*\+)?json\b/i.test(type.trim());
}

function notJson(answer: HttpAnswer, asked: Asked): DaybookError {
  const found = `content type ${(answer.headers["content-type"] ?? "").slice(0, 80)}`;
  return refusal("SOURCE_PAGE_INVALID", answer, asked, { found, expected: "application/json" });
}

function throttled(answer: HttpAnswer, asked: Asked): DaybookError {
  const retry = { after: retryAfterMs(answer.headers, asked.nowMs) };
  return refusal("SOURCE_THROTTLED", answer, asked, { retry });
}

function unavailable(answer: HttpAnswer, asked: Asked): DaybookError {
  const isTimed = answer.headers["retry-after"] !== undefined;
  const retry = { after: retryAfterMs(answer.headers, asked.nowMs) };
  return refusal("SOURCE_UNAVAILABLE", answer, asked, isTimed ? { retry } : {});
}

// A day is given up for ever on this verdict. The empty 400 alone cannot be told from others, and our clock alone may have
// jumped: both clocks must have passed the deadline.
function isOutOfHorizon(answer: HttpAnswer, asked: Asked): boolean {
  const surelyMs = Math.min(asked.nowMs, answerTimeMs(answer.headers, asked.nowMs));
  return answer.body.length === 0 && surelyMs >= asked.deadlineMs;
}

function outOfHorizon(asked: Asked): DaybookError {
  return new DaybookError("SOURCE_OUT_OF_HORIZON", {
    message: `${asked.subject}: found an empty 400 for a day past the horizon, expected a day that the source still serves`,
  });
}

function denied(answer: HttpAnswer, asked: Asked): DaybookError {
  const code = errorCodeIn(answer);
  if (code === "TokenExpired")
    return refusal("SIGNIN_REFUSED", answer, asked, { found: "TokenExpired for a new token" });
  const found = `${answer.status}${code === undefined ? "" : ` ${code}`}`;
  return refusal("ACCESS_DENIED", answer, asked, { found, hint: refusedBy(answer, []).hint });
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
  asked: Asked,
  { found = `status ${answer.status}`, expected = "a page with status 200", ...more }: RefusalWords = {},
): DaybookError {
  const requestId = answer.headers["requestid"]?.slice(0, 80);
  const id = requestId === undefined ? "" : ` (request id ${requestId})`;
  const message = `${asked.subject}: found ${found}, expected ${expected}${id}`;
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
