import type { Ledger } from "../ledger/ledger.js";
import { DaybookError } from "../model/errors.js";
import { isLonger, parseKeep } from "../model/keep.js";
import type { Keep } from "../model/keep.js";
import type { ScheduleSet } from "../model/retention-record.js";
import { utcDayOf } from "../model/utc-day.js";
import type { UtcDay } from "../model/utc-day.js";

/** A rule of the configuration. */
export interface RetentionRule {
  readonly schedule: string;
  readonly keep: Keep;
  readonly authority: string;
  /** The day from which it is in force; undefined for the one without a date. */
  readonly effective?: UtcDay;
}

/** The rule without a date, and those that replace it from a date on. */
export interface RetentionRules extends Omit<RetentionRule, "effective"> {
  readonly schedules: readonly (RetentionRule & { readonly effective: UtcDay })[];
}

/** The rule in force on `today`: the newest dated one that has begun, or the one without a date. */
export function ruleInForce(rules: RetentionRules, today: UtcDay): RetentionRule {
  const begun = rules.schedules.filter(({ effective }) => effective <= today);
  const newest = begun.toSorted((a, b) => (a.effective < b.effective ? -1 : 1)).at(-1);
  const { schedule, keep, authority } = rules;
  return newest ?? { schedule, keep, authority };
}

/**
 * Records the rule in the ledger when it differs from the one recorded last. A rule that keeps longer applies to every day at
 * once; any other to days sealed from now on.
 */
export async function recordSchedule(ledger: Ledger, rule: RetentionRule): Promise<void> {
  const { schedule, keep, authority, effective } = rule;
  const last = ledger.index.retention.schedules.at(-1);
  if (last?.schedule === schedule && last.keep === keep && last.authority === authority) return;
  const before = last === undefined ? undefined : parseKeep(last.keep);
  const applies = before !== undefined && isLonger(keep, before) ? "all" : "later";
  const act = { type: "schedule-set", schedule, keep, authority, applies, statement_sha256: null } as const;
  await ledger.append({ ...act, effective: effective ?? utcDayOf(ledger.now()) }, "daybook");
}

/** The rule that the ledger recorded last. USAGE while it has none. */
export function ruleInLedger({ index }: Ledger): Pick<ScheduleSet, "schedule" | "keep" | "authority"> {
  const last = index.retention.schedules.at(-1);
  if (last === undefined)
    throw new DaybookError("USAGE", {
      message: "the ledger has no retention rule yet: run `daybook archive` first",
    });
  const { schedule, keep, authority } = last;
  return { schedule, keep, authority };
}
