import { witnessesJson } from "../audit/check-anchors.js";
import type { AlarmKind } from "../view/alarms.js";
import { Schedule } from "../daemon/schedule.js";
import { sourceContact } from "../source/last-outcome.js";
import type { Outcome } from "../source/last-outcome.js";
import { keptFailure } from "../view/last-failure.js";
import { viewTenant } from "../view/tenant-view.js";
import type { DayKeptBack, TenantFacts, TenantView } from "../view/tenant-view.js";
import { LedgerIndex } from "../ledger/ledger-index.js";
import { lastReReadings } from "../ledger/last-re-readings.js";
import type { ReReadings } from "../ledger/last-re-readings.js";
import { DaybookError } from "../model/errors.js";
import { DAY_MS, eachDay, isoTime } from "../model/utc-day.js";
import type { UtcDay } from "../model/utc-day.js";
import { WINDOWS_PER_DAY } from "../model/window.js";
import type { RequestOutlook } from "../plan/backlog.js";
import { oldestReadableDay } from "../plan/day-state.js";
import { KeptBackDays } from "../plan/kept-back-days.js";
import { folderSource } from "../archive/folder-source.js";
import { usualRequests } from "../view/requests-per-day.js";
import { certificateStatus } from "./certificate-status.js";
import type { CertificateStatus } from "./certificate-status.js";
import { EXIT, exitOf } from "./exit-codes.js";
import type { LookedAt } from "./held.js";
import { sinksOf } from "./sink-queues.js";

export interface TenantStatus {
  readonly tenant: string;
  /** False where the archive is damaged so that nothing below is known. */
  readonly readable: boolean;
  readonly newest_sealed: UtcDay | null;
  /** Days due for longer than a day, the nearest deadline first. */
  readonly gaps: readonly { readonly day: UtcDay; readonly deadline: string }[];
  readonly due: number;
  readonly re_readings_due: number;
  /** What the re-readings of the last seven days found. */
  readonly re_readings: ReReadings;
  readonly lost: number;
  /** What was unusual about the days that the source still serves. */
  readonly oddities: readonly { readonly day: UtcDay; readonly code: string; readonly found: string }[];
  /** Days that are read after the others because their last readings failed, and when they are tried again. */
  readonly kept_back: readonly {
    readonly day: UtcDay;
    readonly code: string;
    readonly since: string;
    readonly failures: number;
    readonly next_try: string;
  }[];
  /** Days that are due for an hour or near the horizon, and those that the budget cannot save any more. */
  readonly overdue: readonly UtcDay[];
  readonly beyond_saving: readonly UtcDay[];
  readonly requests: { readonly left: number; readonly per_hour: number };
  /** Requests that the days to be read take at least, and when they can be done. */
  readonly backlog: { readonly requests: number; readonly done_by: string | null };
  readonly sinks_behind: readonly { readonly sink: string; readonly revisions: number }[];
  /** When each sink was last read back, and what that found. */
  readonly verified: readonly {
    readonly sink: string;
    readonly time: string;
    readonly days: number;
    readonly findings: number;
  }[];
  /** The newest head that each witness confirmed, and when. */
  readonly witnesses: readonly { readonly name: string; readonly size: number; readonly time: string }[];
  /** Null where the tenant signs in without a client certificate. */
  readonly certificate: CertificateStatus | null;
  /** When the source last answered as it should. */
  readonly last_answer: string | null;
  /** How the newest sign-in and the newest preflight ended; null where none is known. */
  readonly last_sign_in: OutcomeStatus | null;
  readonly last_preflight: OutcomeStatus | null;
  /** Legal holds that stand, plans that are open, and the days that are due for destruction. */
  readonly retention: {
    readonly holds: readonly string[];
    readonly plans: readonly {
      readonly plan: string;
      readonly state: string;
      readonly approved_by: readonly string[];
    }[];
    readonly overdue: readonly UtcDay[];
  };
  /** What needs a person, by the rules of the daemon's alarms. */
  readonly alarms: readonly { readonly alarm: AlarmKind; readonly subject: string; readonly text: string }[];
}

export interface OutcomeStatus {
  readonly time: string;
  readonly ok: boolean;
  /** Why it failed. */
  readonly code?: string;
  readonly message?: string;
  readonly hint?: string;
}

export interface FoundStatus {
  readonly status: TenantStatus;
  /** Of everything that needs a person. */
  readonly exits: readonly number[];
}

/** As of now; `unreadable` says why nothing is held. */
export async function statusOf(looked: LookedAt, unreadable?: DaybookError): Promise<FoundStatus> {
  const { held, tenant } = looked;
  const nowMs = tenant.clock.now();
  const facts = await factsOf(looked, nowMs, unreadable);
  const view = viewTenant(facts, nowMs);
  const { missing, reReadingsDue, counts, oddities, overdue, beyondSaving, backlog, alarms } = view;
  const answeredMs = facts.source.request?.okMs;
  const gaps = missing.filter(({ state }) => state === "gap");
  const status: TenantStatus = {
    tenant: tenant.name,
    readable: unreadable === undefined,
    newest_sealed: held?.index.newestDay ?? null,
    gaps: gaps.map(({ day, deadlineMs: untilMs }) => ({ day, deadline: isoTime(untilMs) })),
    due: missing.length - gaps.length,
    re_readings_due: reReadingsDue,
    re_readings: reReadingsOf(looked, nowMs),
    lost: counts.lost,
    oddities: oddities.map(({ day, code, subject }) => ({ day, code, found: subject })),
    kept_back: keptBackOf(looked, view.keptBack, nowMs),
    overdue: overdue.map(({ day }) => day),
    beyond_saving: beyondSaving.map(({ day }) => day),
    requests: { left: facts.budget.left, per_hour: facts.budget.requestsPerHour },
    backlog: {
      requests: backlog.requests,
      done_by: backlog.doneMs === undefined ? null : isoTime(backlog.doneMs),
    },
    sinks_behind: facts.sinks
      .filter(({ behind }) => behind > 0)
      .map(({ sink, behind: revisions }) => ({ sink, revisions })),
    verified: facts.verifications.map(({ atMs, ...one }) => ({ ...one, time: isoTime(atMs) })),
    witnesses: witnessesJson(
      Object.entries(facts.index?.anchors.witnessed ?? {}).map(([name, witnessed]) => ({
        name,
        ...witnessed,
      })),
    ),
    certificate: await certificateStatus(tenant),
    last_answer: answeredMs === undefined ? null : isoTime(answeredMs),
    last_sign_in: outcomeOf(facts.source.signIn),
    last_preflight: outcomeOf(facts.source.preflight),
    retention: retentionOf(view.retention),
    alarms: alarms.map(({ kind: alarm, subject, text }) => ({ alarm, subject, text })),
  };
  return { status, exits: exitsOf(status, facts.failure ?? view.trouble) };
}

function outcomeOf(outcome: Outcome | undefined): OutcomeStatus | null {
  if (outcome === undefined) return null;
  const { atMs, failure } = outcome;
  const time = isoTime(atMs);
  if (failure === undefined) return { time, ok: true };
  const { code, message, hint } = failure;
  return { time, ok: false, code, message, hint };
}

function retentionOf({ holds, plans, overdue }: TenantView["retention"]): TenantStatus["retention"] {
  return {
    holds: holds.flatMap(({ hold }) => (hold.released === undefined ? [hold.id] : [])),
    plans: plans.map(({ plan: { id: plan, approvals }, state }) => ({
      plan,
      state,
      approved_by: approvals.map(({ person }) => person),
    })),
    overdue,
  };
}

async function factsOf(
  looked: LookedAt,
  nowMs: number,
  unreadable: DaybookError | undefined,
): Promise<TenantFacts> {
  const { held, tenant } = looked;
  const index = unreadable === undefined ? (held?.index ?? emptyIndex(nowMs)) : undefined;
  const sinks = sinksOf(tenant.queues, index);
  return {
    tenant: tenant.name,
    rules: tenant.rules,
    index,
    budget: await outlookOf(looked),
    sinks,
    verifications: held?.index.fixityChecksOf(sinks.map(({ sink }) => sink)) ?? [],
    // `certificate` in the status says when it cannot be read.
    certificate: await tenant.certificate?.().catch(() => undefined),
    source: await sourceContact(tenant.files, tenant.root),
    failure: unreadable ?? (await failureOf(looked)),
    keptBack: await new KeptBackDays(tenant.files, tenant.root).read(),
  };
}

/** Nothing was archived yet: the archive begins now. */
function emptyIndex(nowMs: number): LedgerIndex {
  const index = new LedgerIndex();
  index.createdAt = nowMs;
  return index;
}

function keptBackOf(
  { tenant }: LookedAt,
  keptBack: readonly DayKeptBack[],
  nowMs: number,
): TenantStatus["kept_back"] {
  const next = isoTime(new Schedule(tenant.loaded.config.collect.schedule).nextMs(nowMs));
  return keptBack.map(({ day, code, sinceMs, failures }) => ({
    day,
    code,
    since: isoTime(sinceMs),
    failures,
    next_try: next,
  }));
}

export async function outlookOf({ held, tenant, signal }: LookedAt): Promise<RequestOutlook> {
  const { root, config, files, budget } = tenant;
  const source = folderSource(files, root);
  return {
    ...(await budget()),
    requestsPerHour: config.requestsPerHour,
    requestsPerDay: held === undefined ? WINDOWS_PER_DAY : await usualRequests(held.index, source, signal),
  };
}

/** What the daemon's last pass failed with, unless something was read since. */
async function failureOf({ held, tenant }: LookedAt): Promise<DaybookError | undefined> {
  const kept = await keptFailure(tenant.files, tenant.root);
  if (kept === undefined) return undefined;
  const { newestDay = null, days } = held?.index ?? {};
  const readAt = newestDay === null ? undefined : days?.get(newestDay)?.readingsAt.at(-1);
  if (readAt !== undefined && readAt > kept.atMs) return undefined;
  const { code, message, hint } = kept.error;
  return new DaybookError(code, { message: `at ${isoTime(kept.atMs)}: ${message}`, hint });
}

const LOOKED_BACK_MS = 7 * DAY_MS;

function reReadingsOf({ held, tenant }: LookedAt, nowMs: number): ReReadings {
  if (held === undefined) return { unchanged: 0, changed: [], shrank: [] };
  // What was in the source's reach within the last days.
  const oldest = oldestReadableDay(tenant.rules, nowMs - LOOKED_BACK_MS);
  return lastReReadings(eachDay(oldest, held.index.newestDay ?? oldest), held.index, nowMs);
}

function exitsOf(status: TenantStatus, failure: Pick<DaybookError, "kind"> | undefined): readonly number[] {
  const { gaps, lost, overdue, alarms } = status;
  return [
    gaps.length + lost + overdue.length > 0 ? EXIT.gap : EXIT.ok,
    // A sink that is being filled now needs no action.
    alarms.some(({ alarm }) => alarm === "sink-behind") ? EXIT.unavailable : EXIT.ok,
    alarms.some(({ alarm }) => alarm === "integrity-failure") ? EXIT.integrity : EXIT.ok,
    failure === undefined ? EXIT.ok : exitOf(failure.kind),
  ];
}
