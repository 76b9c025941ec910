import type { Http } from "../io/http.js";
import { isDaybookError } from "../model/errors.js";

const TIMEOUT_MS = 30_000;
const MAX_BYTES = 1 << 20;

/**
 * What the source's clock says, from the Date header (RFC 9110, 6.6.1) of its answer to a request without a token: any answer has
 * one. Milliseconds since the epoch; undefined when the source does not answer, or answers without a date.
 */
export async function sourceDate(http: Http, api: string, signal: AbortSignal): Promise<number | undefined> {
  try {
    const request = {
      method: "GET",
      url: api,
      headers: {},
      timeoutMs: TIMEOUT_MS,
      maxBytes: MAX_BYTES,
    } as const;
    const { headers } = await http.request(request, signal);
    const ms = Date.parse(headers["date"] ?? "");
    return Number.isNaN(ms) ? undefined : ms;
  } catch (error) {
    signal.throwIfAborted();
    if (isDaybookError(error)) return undefined;
    throw error;
  }
}
