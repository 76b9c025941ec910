import { finding } from "../model/finding.js";
import type { Finding, FindingCode } from "../model/finding.js";
import type { Completeness } from "../model/manifest.js";
import type { Reading } from "../model/reading.js";

/** What is unusual about a complete day, though nothing is lost. */
export function noticesOf(reading: Reading, completeness: Completeness): readonly Finding[] {
  return [
    ...noticeFlagBesideToken(reading),
    ...noticeCount(reading, "CONFLICTING_IDS", completeness.conflicting_ids),
    ...noticeCount(reading, "MISSING_IDS", completeness.missing_ids),
    ...noticeCount(reading, "OUTSIDE_WINDOW", completeness.outside_window),
  ];
}

// The flag decides nothing; the token does. Microsoft's own sample contradicts the flag.
function noticeFlagBesideToken(reading: Reading): readonly Finding[] {
  const pages = reading.pages.filter(
    (page) => page.last_result_set === true && page.token_out_sha256 !== null,
  );
  return noticeCount(reading, "LAST_RESULT_SET_TOO_EARLY", pages.length);
}

function noticeCount({ day }: Reading, code: FindingCode, count: number): readonly Finding[] {
  return count === 0 ? [] : [finding(code, { subject: day, found: `${count}`, expected: "0", day })];
}
