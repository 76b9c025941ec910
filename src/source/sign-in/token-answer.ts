import { DaybookError } from "../../model/errors.js";
import type { HttpAnswer } from "../../io/http.js";
import { retryAfterMs } from "../retry-after.js";
import { signInRefusal } from "./aadsts.js";

/** What a token endpoint gave. */
export interface TokenAnswer {
  readonly accessToken: string;
  readonly lifetimeMs: number;
  /** The whole answer, for a library that wants it. */
  readonly body: Readonly<Record<string, unknown>>;
}

/** What an answer is read against. */
export interface AnswerContext {
  /** Whose sign-in: opens every message. */
  readonly subject: string;
  readonly nowMs: number;
  /** What was sent and must not come back in a message. */
  readonly secrets: readonly string[];
}

/** Reads the answer of a token endpoint. Throws SIGNIN_REFUSED, SIGNIN_UNAVAILABLE or NETWORK_REDIRECT. */
export function readTokenAnswer(answer: HttpAnswer, context: AnswerContext): TokenAnswer {
  if (answer.status >= 300 && answer.status < 400) throw redirected(answer, context);
  const status = `status ${answer.status}`;
  if (answer.status === 429 || answer.status >= 500) throw unavailable(status, answer, context);

  const body = parseObject(answer.body);
  if (body === undefined) throw unavailable(`${status} with a body that is no JSON object`, answer, context);
  if (body["error"] === "temporarily_unavailable") throw unavailable(status, answer, context);
  if (answer.status !== 200) throw refused(answer, body, context);

  const accessToken = body["access_token"];
  const lifetimeMs = lifetimeOf(body, context.nowMs);
  if (typeof accessToken !== "string" || accessToken === "" || lifetimeMs === undefined) {
    throw unavailable("status 200 without an access_token and its lifetime", answer, context);
  }
  return { accessToken, lifetimeMs, body };
}

/** The refusal's AADSTS number, from the message of a SIGNIN_REFUSED. */
export function aadstsOf(message: string): number | undefined {
  const digits = /\bAADSTS(\d{4,9})\b/.exec(message)?.[1];
  return digits === undefined ? undefined : Number(digits);
}

/** The service failed, or it was not the service that answered: another attempt may succeed. */
export function unavailable(found: string, answer: HttpAnswer, context: AnswerContext): DaybookError {
  const isTimed = answer.status === 429 || answer.headers["retry-after"] !== undefined;
  return new DaybookError("SIGNIN_UNAVAILABLE", {
    message: `${context.subject}: found ${found} from the sign-in service, expected a token`,
    ...(isTimed ? { retry: { after: retryAfterMs(answer.headers, context.nowMs) } } : {}),
  });
}

/** `expires_in` of Entra ID, `expires_on` of managed identities; numbers, or numbers as text. */
function lifetimeOf(body: Readonly<Record<string, unknown>>, nowMs: number): number | undefined {
  const untilMs = Number(body["expires_on"]) * 1000;
  const lifetimeMs = body["expires_in"] === undefined ? untilMs - nowMs : Number(body["expires_in"]) * 1000;
  return lifetimeMs > 0 && Number.isFinite(lifetimeMs) ? lifetimeMs : undefined;
}

function redirected(answer: HttpAnswer, context: AnswerContext): DaybookError {
  return new DaybookError("NETWORK_REDIRECT", {
    message: `${context.subject}: found a redirect (status ${answer.status}) from the sign-in service, expected a token`,
    hint: "correct endpoints.authority; a proxy with a sign-in page of its own answers like this too",
  });
}

function refused(
  answer: HttpAnswer,
  body: Readonly<Record<string, unknown>>,
  context: AnswerContext,
): DaybookError {
  const description = typeof body["error_description"] === "string" ? body["error_description"] : "";
  const codes: unknown = body["error_codes"];
  const number = aadstsOf(description) ?? (Array.isArray(codes) ? toNumber(codes[0]) : undefined);
  const known = number === undefined ? undefined : signInRefusal(number);
  const code = number === undefined ? `status ${answer.status}` : `AADSTS${number}`;
  if (known !== undefined) {
    return new DaybookError("SIGNIN_REFUSED", {
      message: `${context.subject}: ${known.found} (${code})${clockDifference(answer, context)}, expected ${known.expected}`,
      hint: known.hint,
    });
  }
  const words = redactLine(description === "" ? toText(body["error"]) : description, context.secrets);
  return new DaybookError("SIGNIN_REFUSED", {
    message: `${context.subject}: the sign-in was refused (${code})${words === "" ? "" : `: ${words}`}`,
  });
}

/** Said whenever the service's clock and ours differ by a minute or more, as this alone makes a good credential bad. */
function clockDifference(answer: HttpAnswer, context: AnswerContext): string {
  const theirsMs = Date.parse(answer.headers["date"] ?? "");
  const seconds = Math.round((context.nowMs - theirsMs) / 1000);
  if (Number.isNaN(seconds) || Math.abs(seconds) < 60) return "";
  return `; this machine's clock is ${Math.abs(seconds)} s ${seconds > 0 ? "ahead" : "behind"}`;
}

/** The first line, without what was sent, without anything like a token, bounded: an answer may echo a credential. */
function redactLine(text: string, secrets: readonly string[]): string {
  let line = (text.split(/[\r\n]/, 1)[0] ?? "").slice(0, 2000);
  for (const secret of secrets) {
    for (const form of [secret, encodeURIComponent(secret), Buffer.from(secret).toString("base64")]) {
      if (form.length >= 4) line = line.replaceAll(form, "[redacted]");
    }
  }
  return line
    .replace(/[A-Za-z0-9_~+/=.-]{40,}/g, "[redacted]")
    .replace(/[^\x20-\x7e]/g, "?")
    .slice(0, 200)
    .trim();
}

function parseObject(bytes: Uint8Array): Readonly<Record<string, unknown>> | undefined {
  try {
    const value: unknown = JSON.parse(new TextDecoder("utf-8", { fatal: true }).decode(bytes));
    return typeof value === "object" && value !== null && !Array.isArray(value)
      ? (value as Readonly<Record<string, unknown>>)
      : undefined;
  } catch {
    return undefined;
  }
}

function toNumber(value: unknown): number | undefined {
  return typeof value === "number" && Number.isSafeInteger(value) ? value : undefined;
}

function toText(value: unknown): string {
  return typeof value === "string" ? value : "";
}
