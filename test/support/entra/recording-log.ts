import type { Log } from "../../../src/model/log.js";

/** Keeps every line, so that a test can look for what must not be in one. */
export function recordingLog(): Log & { readonly lines: readonly string[] } {
  const lines: string[] = [];
  const record = (fields: object, phrase: string): void => {
    lines.push(`${phrase} ${JSON.stringify(fields)}`);
  };
  return { lines, debug: record, info: record, warn: record, error: record };
}
