/** Upper bound of a Retry-After. Real ones reach 57 minutes, because the allowance is hourly. */
const MAX_RETRY_AFTER_MS = 70 * 60_000;

/** The pause after a 429 that names none. */
const DEFAULT_RETRY_AFTER_MS = 2 * 60_000;

const MIN_RETRY_AFTER_MS = 1000;

/**
 * Milliseconds to wait by a Retry-After header, seconds or an HTTP date (RFC 9110, 10.2.3), between a second and
 * `MAX_RETRY_AFTER_MS`. A date is compared with the answer's own Date, so a wrong local clock does not matter.
 */
export function retryAfterMs(headers: Readonly<Record<string, string>>, nowMs: number): number {
  const header = headers["retry-after"]?.trim() ?? "";
  const waitMs = /^\d+$/.test(header)
    ? Number(header) * 1000
    : Date.parse(header) - answerTimeMs(headers, nowMs);
  if (Number.isNaN(waitMs)) return DEFAULT_RETRY_AFTER_MS;
  return Math.min(Math.max(waitMs, MIN_RETRY_AFTER_MS), MAX_RETRY_AFTER_MS);
}

/** The answer's Date header in milliseconds since the epoch; the own clock where it has none. */
export function answerTimeMs(headers: Readonly<Record<string, string>>, nowMs: number): number {
  const ms = Date.parse(headers["date"] ?? "");
  return Number.isNaN(ms) ? nowMs : ms;
}
