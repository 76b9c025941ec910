import { finding } from "../model/finding.js";
import type { Finding } from "../model/finding.js";
import type { Completeness } from "../model/manifest.js";
import type { PageRecord } from "../model/page-record.js";
import type { Reading } from "../model/reading.js";
import type { WindowLabel } from "../model/window.js";

/**
 * Events of another hour that any window may have. The source delivers some events twice, a copy may come with the next
 * hour, and nothing is documented about an event at the edge of a window. A quiet hour may hold nothing else.
 */
const MAX_STRAYS = 5;

/** From the page ledger alone: whether different windows got one and the same body. Empty pages are naturally equal. */
export function checkPagesOfWindows(reading: Reading): readonly Finding[] {
  const withEvents = reading.pages.filter(({ events }) => events > 0);
  return [...Map.groupBy(withEvents, (page) => page.body_sha256).values()].flatMap((pages) =>
    checkEqualPages(reading, pages),
  );
}

function checkEqualPages({ day }: Reading, pages: readonly PageRecord[]): readonly Finding[] {
  const windows = [...new Set(pages.map(({ window }) => window))];
  const events = pages[0]?.events ?? 0;
  // The second delivery of a lone event may fill the page of another window.
  const isCopy = events === 1 && windows.length === 2;
  if (windows.length < 2 || isCopy) return [];
  const found = `one page of ${events} events in ${windows.length} windows`;
  return [
    finding("WINDOWS_EQUAL", { subject: windows.join(" "), found, expected: "another page in each", day }),
  ];
}

/** One event in this many of a busy window may be a stray: second deliveries may come with the next hour. */
const STRAY_SHARE = 4;

/**
 * Whether each window got the events of its hour. Strays are normal up to MAX_STRAYS or a quarter of a window's events; a cache or
 * a source that ignores the times goes far beyond both. Nothing is found where the strays were not counted.
 */
export function checkHoursOfWindows(
  { day }: Reading,
  { by_hour, stray_by_hour: straysByHour = {} }: Completeness,
): readonly Finding[] {
  return Object.entries(straysByHour).flatMap(([window, strays]) => {
    const events = by_hour[window as WindowLabel] ?? 0;
    if (strays <= MAX_STRAYS || strays * STRAY_SHARE <= events) return [];
    const found = `${strays} of ${events} events from another hour`;
    return [finding("WINDOW_FOREIGN", { subject: window, found, expected: "events of its own hour", day })];
  });
}
