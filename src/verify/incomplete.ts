import type { Finding } from "../model/finding.js";
import type { Reading } from "../model/reading.js";

/** A finding that forbids sealing the reading. */
export function incomplete(
  reading: Pick<Reading, "day">,
  code: string,
  subject: string,
  rule: string,
  found: string,
  expected: string,
): Finding {
  return { code, severity: "incomplete", subject, rule, found, expected, day: reading.day };
}
