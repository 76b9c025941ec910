import { HOUR_MS, isoTime } from "../model/utc-day.js";
import type { OutcomeFailure, SourceContact } from "../source/last-outcome.js";

/** A day is due every day, so a source that is within reach answers within this time. */
const SILENT_MS = 26 * HOUR_MS;

/** That the source is out of reach, although no pass has failed by it. */
export interface SourceTrouble {
  readonly kind: OutcomeFailure["kind"];
  /** One line: what was found and what to do. */
  readonly text: string;
}

/** Undefined where nothing speaks against the source. Pure. */
export function sourceTrouble(contact: SourceContact, nowMs: number): SourceTrouble | undefined {
  const failed = failedPreflight(contact);
  if (failed !== undefined) {
    const { atMs, failure } = failed;
    return { kind: failure.kind, text: `the preflight at ${isoTime(atMs)} failed: ${failureText(failure)}` };
  }
  return silence(contact, nowMs);
}

/** The newest preflight, if it failed and no request was answered since. */
export function failedPreflight({
  preflight,
  request,
}: SourceContact): { readonly atMs: number; readonly failure: OutcomeFailure } | undefined {
  if (preflight?.failure === undefined) return undefined;
  const { atMs, failure } = preflight;
  return (request?.okMs ?? -Infinity) > atMs ? undefined : { atMs, failure };
}

/** Days without an answer count only where one was asked for. */
function silence({ signIn, request }: SourceContact, nowMs: number): SourceTrouble | undefined {
  const okMs = request?.okMs;
  const newest = [signIn, request]
    .filter((outcome) => outcome?.failure !== undefined)
    .toSorted((a, b) => (b?.atMs ?? 0) - (a?.atMs ?? 0))[0];
  if (okMs === undefined || newest?.failure === undefined) return undefined;
  if (newest.atMs <= okMs || nowMs - okMs <= SILENT_MS) return undefined;
  const { failure } = newest;
  const text = `the source last answered at ${isoTime(okMs)}; since then: ${failureText(failure)}`;
  return { kind: failure.kind, text };
}

/** A failure in one line: what was found, what to do, and the code to look up. */
export function failureText({
  message,
  hint,
  code,
}: Pick<OutcomeFailure, "message" | "hint" | "code">): string {
  return `${message}; ${hint} (${code})`;
}
