import type { DayIndex } from "../../src/ledger/day-index.js";
import type { Act } from "../../src/model/ledger-entry.js";
import { addRetentionEntry } from "../../src/model/retention-fold.js";
import { NO_RETENTION } from "../../src/model/retention-record.js";
import type { RetentionRecord } from "../../src/model/retention-record.js";
import type { UtcDay } from "../../src/model/utc-day.js";
import { quietTenant } from "./status-sample.js";

const HASH = "0".repeat(64);
const day = (text: string): UtcDay => text as UtcDay;

/** A rule of three months: by 2026-11-22 the oldest days of the sample are past it. */
export const RULE_OF_MONTHS: Act = {
  type: "schedule-set",
  schedule: "FIN-07",
  keep: "400d",
  authority: "HGB section 257",
  effective: day("2025-01-01"),
  applies: "later",
  statement_sha256: null,
};

export const HOLD: Act = {
  type: "hold-placed",
  hold: "H0001",
  from: null,
  to: day("2025-09-10"),
  future: false,
  matter_ref: "M-2026-014",
  statement_sha256: HASH,
  text_commitment: HASH,
};

export const RELEASE: Act = {
  type: "hold-released",
  hold: "H0001",
  statement_sha256: HASH,
  text_commitment: HASH,
};

export const UNREACHED: Act = {
  type: "hold-applied",
  hold: "H0001",
  sink: "vault",
  objects: 0,
  outcome: "unreachable",
};

export const PLAN: Act = {
  type: "plan-drawn",
  plan: "P0001",
  plan_sha256: HASH,
  days: 7,
  revisions: 7,
  bytes: 70_000,
};

export const APPROVAL: Act = {
  type: "disposal-approved",
  plan: "P0001",
  plan_sha256: HASH,
  person: "records-manager",
  statement_sha256: HASH,
};

/** What these acts say, one an hour. */
function recordOf(...acts: readonly Act[]): RetentionRecord {
  return acts.reduce<RetentionRecord>(
    (record, act, seq) =>
      addRetentionEntry(record, {
        seq,
        prev: HASH,
        time: new Date(Date.UTC(2026, 10, 20, seq)).toISOString(),
        actor: "ana",
        ...act,
      }),
    NO_RETENTION,
  );
}

/** The days of a quiet tenant, under these acts. */
export function indexUnder(...acts: readonly Act[]): DayIndex {
  const { index } = quietTenant("contoso");
  if (index === undefined) throw new TypeError("the sample has an index");
  return { ...index, retention: recordOf(...acts) };
}
