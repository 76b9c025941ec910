import { eventField, fieldEnd, fieldStart } from "./page-scanner.js";
import type { ScannedPage } from "./page-scanner.js";

const BACKSLASH = 0x5c;

/** The bytes of an event's Id in UTF-8; undefined when the event has none. */
export function recordId(page: ScannedPage, index: number): Uint8Array | undefined {
  const start = fieldStart(page, index, "Id");
  const end = fieldEnd(page, index, "Id");
  if (start === end) return undefined;
  const written = page.body.subarray(start, end);
  // The same Id may be written with escapes and without.
  return written.includes(BACKSLASH) ? Buffer.from(eventField(page, index, "Id") ?? "") : written;
}
