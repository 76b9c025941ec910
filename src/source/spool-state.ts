import type { Compression } from "../model/compression.js";
import type { Finding } from "../model/finding.js";
import type { Reason } from "../model/manifest.js";
import { stableJson } from "../model/stable-json.js";
import type { UtcDay } from "../model/utc-day.js";

/** `reading.json` in a spool: what a continued reading must know of its first part. Field order is the order on disk. */
export interface SpoolState {
  readonly day: UtcDay;
  readonly reason: Reason;
  readonly compression: Compression;
  readonly started: string;
  readonly requests: number;
  readonly retries: number;
  readonly throttled_ms: number;
  readonly notices: readonly Finding[];
}

export function spoolStateBytes(state: SpoolState): Uint8Array {
  return stableJson(state);
}

/** Undefined when the bytes are not what `spoolStateBytes` wrote: the spool is then started anew. */
export function parseSpoolState(bytes: Uint8Array): SpoolState | undefined {
  const value = parseJson(new TextDecoder().decode(bytes));
  if (typeof value !== "object" || value === null) return undefined;
  const state = value as Readonly<Record<keyof SpoolState, unknown>>;
  const isWhole =
    [state.day, state.reason, state.compression, state.started].every((text) => typeof text === "string") &&
    [state.requests, state.retries, state.throttled_ms].every((count) => Number.isSafeInteger(count)) &&
    Array.isArray(state.notices);
  return isWhole ? (value as SpoolState) : undefined;
}

function parseJson(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return undefined;
  }
}
