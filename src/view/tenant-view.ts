import { alarmsOf } from "./alarms.js";
import type { AlarmFound } from "./alarms.js";
import { odditiesOf } from "./oddities.js";
import type { Oddity } from "./oddities.js";
import { viewRetention } from "./retention-view.js";
import type { RetentionView } from "./retention-view.js";
import { viewWitnesses } from "./witness-view.js";
import type { SinkState } from "./sink-state.js";
import { sourceTrouble } from "./source-trouble.js";
import type { SourceTrouble } from "./source-trouble.js";
import type { DayIndex } from "../ledger/day-index.js";
import type { FixityCheck } from "../ledger/ledger-index.js";
import { DAY_STATES } from "../model/day-state.js";
import type { DayState } from "../model/day-state.js";
import type { DaybookError } from "../model/errors.js";
import { daysBetween, eachDay, utcDayOf } from "../model/utc-day.js";
import type { DayRange, UtcDay } from "../model/utc-day.js";
import { dayAlarms } from "../plan/alarms.js";
import type { DayAlarms } from "../plan/alarms.js";
import { backlogOf } from "../plan/backlog.js";
import type { Backlog, RequestOutlook } from "../plan/backlog.js";
import { dayState, deadlineMs, oldestReadableDay } from "../plan/day-state.js";
import type { ReadingRules } from "../plan/day-state.js";
import type { KeptBack, KeptBackDay } from "../plan/kept-back-days.js";
import { firstDayOfArchive, planDays } from "../plan/plan-days.js";
import type { SourceContact } from "../source/last-outcome.js";
import type { CertificateExpiry } from "../source/sign-in/certificate-expiry.js";

/** The newest check of what a sink stores, from the ledger's `fixity-checked` entries. */
export interface Verification extends FixityCheck {
  readonly sink: string;
}

/** What is known of a tenant: from its configuration, its ledger and its newest pass. */
export interface TenantFacts {
  readonly tenant: string;
  readonly rules: ReadingRules;
  /** Every day that the ledger names; undefined while the archive is not open, or cannot be read. */
  readonly index: DayIndex | undefined;
  readonly budget: RequestOutlook;
  readonly sinks: readonly SinkState[];
  readonly verifications: readonly Verification[];
  readonly certificate: CertificateExpiry | undefined;
  /** How the newest sign-in, request and preflight ended. */
  readonly source: SourceContact;
  /** What made the newest pass, or opening the archive, fail. */
  readonly failure: DaybookError | undefined;
  /** The days whose last readings failed, as the state folder has them. */
  readonly keptBack: KeptBack;
}

/** A day that is read after the others because its last readings failed. */
export interface DayKeptBack extends KeptBackDay {
  readonly day: UtcDay;
}

/** A day that is due and not archived. */
export interface MissingDay {
  readonly day: UtcDay;
  readonly state: "due" | "gap";
  /** When the source begins to drop it, milliseconds since the epoch. */
  readonly deadlineMs: number;
}

/** The condition of a tenant at one moment, for `status`, the status page, the metrics and the alarms. */
export interface TenantView extends DayAlarms {
  /** Every day that the archive could have, to today. */
  readonly range: DayRange;
  /** How many days of `range` are in each state; all 0 while the archive is not known. */
  readonly counts: Readonly<Record<DayState, number>>;
  /** Undefined when nothing is sealed. */
  readonly newestSealed: UtcDay | undefined;
  /** The nearest deadline first. */
  readonly missing: readonly MissingDay[];
  readonly reReadingsDue: number;
  /** Recorded losses: how many, and when the newest was recorded, milliseconds since the epoch. */
  readonly losses: { readonly total: number; readonly newestMs: number | undefined };
  /** What was unusual about the days that the source still serves, oldest first. */
  readonly oddities: readonly Oddity[];
  /** Oldest first; without those that the source no longer serves. */
  readonly keptBack: readonly DayKeptBack[];
  readonly backlog: Backlog;
  /** Why the source seems out of reach; undefined where nothing speaks against it, or a pass failed anyway. */
  readonly trouble: SourceTrouble | undefined;
  /** Holds, plans of disposal and overdue days. */
  readonly retention: RetentionView;
  /** Everything that needs a person. */
  readonly alarms: readonly AlarmFound[];
}

/** Pure: the same facts and clock give the same view. */
export function viewTenant(facts: TenantFacts, nowMs: number): TenantView {
  const { index, rules, budget, failure, sinks, certificate, verifications } = facts;
  const input = { days: index?.days ?? new Map(), rules, nowMs, createdMs: index?.createdAt ?? nowMs };
  const range = wholeRange(facts, nowMs);
  const tasks = index === undefined ? [] : planDays(input).tasks;
  const retention = viewRetention(index, nowMs);
  const trouble = failure === undefined ? sourceTrouble(facts.source, nowMs) : undefined;
  const days = index === undefined ? { overdue: [], beyondSaving: [] } : dayAlarms(tasks, input, budget);
  return {
    ...days,
    range,
    counts: countDays(facts, range, nowMs),
    newestSealed: index?.newestDay ?? undefined,
    missing: tasks.flatMap(({ day, reason, deadlineMs: untilMs }) =>
      reason === "re-reading" ? [] : [{ day, state: reason === "gap" ? "gap" : "due", deadlineMs: untilMs }],
    ),
    reReadingsDue: tasks.filter(({ reason }) => reason === "re-reading").length,
    losses: lossesOf(index),
    oddities:
      index === undefined ? [] : odditiesOf(eachDay(oldestReadableDay(rules, nowMs), range.to), index),
    keptBack: keptBackOf(facts, nowMs),
    backlog: backlogOf(tasks, nowMs, budget),
    trouble,
    retention,
    alarms: alarmsOf({
      days,
      failure,
      trouble,
      sinks,
      certificate,
      verifications,
      retention,
      witnesses: viewWitnesses(index?.anchors, nowMs),
    }),
  };
}

function keptBackOf({ keptBack, rules }: TenantFacts, nowMs: number): readonly DayKeptBack[] {
  return [...keptBack]
    .map(([day, why]) => ({ day, ...why }))
    .filter(({ day }) => nowMs < deadlineMs(day, rules))
    .toSorted((a, b) => (a.day < b.day ? -1 : 1));
}

function lossesOf(index: DayIndex | undefined): TenantView["losses"] {
  const times = [...(index?.days.values() ?? [])].flatMap(({ lost }) =>
    lost === undefined ? [] : [lost.at],
  );
  return { total: times.length, newestMs: times.length === 0 ? undefined : Math.max(...times) };
}

/** From the first day that the archive could have, or the horizon where there is no archive yet, to today. */
export function wholeRange({ index, rules }: Pick<TenantFacts, "index" | "rules">, nowMs: number): DayRange {
  const to = utcDayOf(nowMs);
  if (index === undefined) return { from: oldestReadableDay(rules, nowMs), to };
  // An archive created while the clock was ahead still covers the days of today.
  const createdMs = Math.min(index.createdAt, nowMs);
  return { from: firstDayOfArchive({ days: index.days, rules, createdMs }), to };
}

/** The state of every day at `nowMs`, also of days outside the range. */
export function dayStates(
  { index, rules }: Pick<TenantFacts, "index" | "rules">,
  nowMs: number,
): (day: UtcDay) => DayState {
  const { from } = wholeRange({ index, rules }, nowMs);
  return (day) => (day < from ? "before" : dayState(day, index?.days.get(day), rules, nowMs));
}

function countDays(
  { index, rules }: TenantFacts,
  { from, to }: DayRange,
  nowMs: number,
): Readonly<Record<DayState, number>> {
  const counts = Object.fromEntries(DAY_STATES.map((state) => [state, 0])) as Record<DayState, number>;
  if (index === undefined) return counts;
  const oldest = oldestReadableDay(rules, nowMs);
  const first = from > oldest ? from : oldest;
  // Days past the horizon no longer change, so the totals replace a walk over years of days.
  const recent = [...index.days.keys()]
    .filter((day) => day >= first)
    .flatMap((day) => index.days.get(day) ?? []);
  const read = recent.filter(({ readingsAt }) => readingsAt.length > 0).length;
  counts.closed = index.totals.read - read;
  counts.lost = daysBetween(from, first) - counts.closed;
  // Only days past the horizon are destroyed.
  counts.disposed = index.totals.disposed;
  counts.disposing = index.totals.disposing - index.totals.disposed;
  counts.closed -= index.totals.disposing;
  for (const day of eachDay(first, to)) counts[dayState(day, index.days.get(day), rules, nowMs)]++;
  return counts;
}
