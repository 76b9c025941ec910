import { finding } from "../model/finding.js";
import type { Finding } from "../model/finding.js";
import type { Manifest } from "../model/manifest.js";
import type { PageRecord } from "../model/page-record.js";
import type { UtcDay } from "../model/utc-day.js";

type ReadingClock = Manifest["clock"];

const MAX_SKEW_SECONDS = 5 * 60;

/** Our clock beside the source's, from the page with the newest Date header; `ended` stands in where none had one. */
export function clockOfReading(pages: readonly PageRecord[], ended: string): ReadingClock {
  let newest: PageRecord | undefined;
  for (const page of pages)
    if (dateMs(page) > (newest === undefined ? -Infinity : dateMs(newest))) newest = page;
  if (newest === undefined) return { own: ended, api: null, skew_seconds: null };
  const skewMs = Date.parse(newest.received_at) - dateMs(newest);
  return { own: newest.received_at, api: newest.date, skew_seconds: Math.round(skewMs / 1000) };
}

/** A notice when the clocks differ by more than five minutes: the times in the archive are then in doubt. */
export function clockNotices(day: UtcDay, clock: ReadingClock): readonly Finding[] {
  if (clock.skew_seconds === null || Math.abs(clock.skew_seconds) <= MAX_SKEW_SECONDS) return [];
  return [
    finding("CLOCK_SKEW", {
      subject: `reading of ${day}`,
      found: `a difference of ${clock.skew_seconds} seconds`,
      expected: `at most ${MAX_SKEW_SECONDS} seconds`,
      day,
    }),
  ];
}

/** NaN when the page has no readable Date; no comparison with NaN is true. */
function dateMs(page: PageRecord): number {
  return Date.parse(page.date ?? "");
}
