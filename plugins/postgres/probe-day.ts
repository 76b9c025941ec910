import type { Batch, UtcDay } from "daybook/plugin";

const LINE = '{"Id":"daybook check","ReportName":"Übersicht 東京 🗄"}';

/** A day of one record for `check`. No tenant can have this name, so that no day of anybody's is touched. */
export function probeOf(day: UtcDay): Batch {
  return {
    tenant: "~check",
    tenantId: "00000000-0000-0000-0000-000000000000",
    day,
    revision: 1,
    manifestSha256: "0".repeat(64),
    records: 1,
    eventSetSha256: "0".repeat(64),
    retainUntil: day,
    async *lines() {
      yield LINE;
    },
    async *blocks() {
      yield Buffer.from(`${LINE}\n`);
    },
  };
}
