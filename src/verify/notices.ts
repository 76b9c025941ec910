import type { Finding } from "../model/finding.js";
import type { Completeness } from "../model/manifest.js";
import type { Reading } from "../model/reading.js";

/** What is odd about a complete day, though nothing is lost. `usualEvents` is what such a weekday normally has. */
export function noticesOf(
  reading: Reading,
  completeness: Completeness,
  usualEvents: number,
): readonly Finding[] {
  return [
    ...noticeEmptyDay(reading, completeness, usualEvents),
    ...noticeFlagBesideToken(reading),
    ...noticeCount(reading, "CONFLICTING_IDS", "an Id stands for one record", completeness.conflicting_ids),
    ...noticeCount(reading, "MISSING_IDS", "every record has an Id", completeness.missing_ids),
    ...noticeCount(
      reading,
      "OUTSIDE_WINDOW",
      "a record's CreationTime lies in the day",
      completeness.outside_window,
    ),
  ];
}

function noticeEmptyDay(
  reading: Reading,
  completeness: Completeness,
  usualEvents: number,
): readonly Finding[] {
  if (completeness.delivered > 0 || usualEvents === 0) return [];
  const rule = "a day that is normally busy has events";
  return [notice(reading, "DAY_EMPTY", rule, "no event", `about ${usualEvents} events`)];
}

// The flag decides nothing; the token does. Microsoft's own sample contradicts the flag.
function noticeFlagBesideToken(reading: Reading): readonly Finding[] {
  const pages = reading.pages.filter(
    (page) => page.last_result_set === true && page.token_out_sha256 !== null,
  );
  const rule = "lastResultSet is not true on a page that gives a token";
  return pages.length === 0
    ? []
    : [notice(reading, "LAST_RESULT_SET_TOO_EARLY", rule, `${pages.length} pages`, "0 pages")];
}

function noticeCount(reading: Reading, code: string, rule: string, count: number): readonly Finding[] {
  return count === 0 ? [] : [notice(reading, code, rule, `${count}`, "0")];
}

function notice(reading: Reading, code: string, rule: string, found: string, expected: string): Finding {
  return { code, severity: "notice", subject: reading.day, rule, found, expected, day: reading.day };
}
