import { BUDGET, LOADED, OUTSIDE, RULES, SINKS, TENANT, VIEW_EXPIRED } from "../container.js";
import { pendingFor } from "../deliver/sink-queue.js";
import { isoTime } from "../model/utc-day.js";
import type { UtcDay } from "../model/utc-day.js";
import { WINDOWS_PER_DAY } from "../model/window.js";
import { dayAlarms } from "../plan/alarms.js";
import { deadlineMs } from "../plan/day-state.js";
import { planDays } from "../plan/plan-days.js";
import type { Plan } from "../plan/plan-days.js";
import { certificateStatus, certificateText } from "./certificate-status.js";
import type { CertificateStatus } from "./certificate-status.js";
import type { Command, CommonOptions } from "./command.js";
import { coverTenant, coverageText } from "./coverage.js";
import { EXIT, worstExit } from "./exit-codes.js";
import { lookAtTenants, wholeRange } from "./held.js";
import type { LookedAt } from "./held.js";
import { count } from "./progress.js";

export interface StatusOptions extends CommonOptions {
  readonly days?: boolean;
}

interface TenantStatus {
  readonly tenant: string;
  readonly newest_sealed: UtcDay | null;
  /** Days due for longer than a day, the nearest deadline first. */
  readonly gaps: readonly { readonly day: UtcDay; readonly deadline: string }[];
  readonly due: number;
  readonly re_readings_due: number;
  readonly lost: number;
  /** Days that are due for an hour or near the horizon, and those that the budget cannot save any more. */
  readonly overdue: readonly UtcDay[];
  readonly beyond_saving: readonly UtcDay[];
  readonly requests: { readonly left: number; readonly per_hour: number };
  /** Requests that the days to be read take at least, and when they can be done. */
  readonly backlog: { readonly requests: number; readonly done_by: string | null };
  readonly sinks_behind: readonly { readonly sink: string; readonly revisions: number }[];
  /** Null where the tenant signs in without a client certificate. */
  readonly certificate: CertificateStatus | null;
  /** The calendar, with --days. */
  readonly text: string;
}

/** Exit 67 with a gap, a lost day or one that is overdue, 69 with a sink that lacks sealed days. */
export const status: Command<StatusOptions> = async (options, surroundings) => {
  const found = await lookAtTenants(options, surroundings, (tenant) =>
    statusOf(tenant, options.days === true),
  );
  const { clock } = surroundings;
  return {
    exit: worstExit(found.flatMap(exitsOf)),
    text: found
      .map((one) => `${statusLine(one, clock.now())}${one.text === "" ? "" : `\n${one.text}`}`)
      .join("\n"),
    json: { tenants: found.map(({ text: _text, ...one }) => one) },
  };
};

async function statusOf(tenant: LookedAt, withDays: boolean): Promise<TenantStatus> {
  const { held, container, name } = tenant;
  const rules = container.resolve(RULES);
  const nowMs = container.resolve(OUTSIDE).clock.now();
  const { days, createdAt: createdMs } = held?.index ?? { days: new Map(), createdAt: nowMs };
  const plan = planDays({ days, rules, nowMs, createdMs });
  const sealed = [...days.values()].filter(({ revisions }) => revisions.length > 0);
  const { left } = await container.resolve(BUDGET).state();
  const perHour = container.resolve(TENANT).config.requestsPerHour;
  const alarms = dayAlarms(
    { days, rules, nowMs, createdMs },
    { left, requestsPerHour: perHour, requestsPerDay: WINDOWS_PER_DAY },
  );
  const gaps = plan.tasks.filter(({ reason }) => reason === "gap");
  return {
    tenant: name,
    newest_sealed: sealed
      .map(({ day }) => day)
      .reduce((a, b) => (a !== null && a > b ? a : b), null as UtcDay | null),
    gaps: gaps.map(({ day }) => ({ day, deadline: isoTime(deadlineMs(day, rules)) })),
    due: plan.tasks.filter(({ reason }) => reason === "scheduled").length,
    re_readings_due: plan.tasks.filter(({ reason }) => reason === "re-reading").length,
    lost: plan.newlyLost.length + [...days.values()].filter(({ lost }) => lost !== undefined).length,
    overdue: alarms.overdue.map(({ day }) => day),
    beyond_saving: alarms.beyondSaving.map(({ day }) => day),
    requests: { left, per_hour: perHour },
    backlog: backlogOf(plan, left, perHour, nowMs),
    sinks_behind: sinksBehind(tenant),
    certificate: await certificateStatus(container),
    text: withDays ? coverageText(await coverTenant(tenant, wholeRange(tenant)), false) : "",
  };
}

/** At least a request a window; busy hours take more, so this is the earliest time. */
function backlogOf({ tasks }: Plan, left: number, perHour: number, nowMs: number): TenantStatus["backlog"] {
  const requests = tasks.length * WINDOWS_PER_DAY;
  const hours = requests <= left ? 0 : (requests - left) / perHour;
  return { requests, done_by: requests === 0 ? null : isoTime(nowMs + hours * 3_600_000) };
}

function sinksBehind({ held, container }: LookedAt): TenantStatus["sinks_behind"] {
  if (held === undefined) return [];
  const { plugins } = container.resolve(SINKS);
  const { sinks } = container.resolve(LOADED).config;
  return Object.entries(sinks)
    .map(([sink, { use }]) => {
      const isExpired = (day: UtcDay): boolean => container.resolve(VIEW_EXPIRED)(sink, day);
      const kind = plugins.plugin(use).kind === "store" ? ("record" as const) : ("view" as const);
      return { sink, revisions: pendingFor({ kind, name: sink, isExpired }, held.index).length };
    })
    .filter(({ revisions }) => revisions > 0);
}

function exitsOf(one: TenantStatus): readonly number[] {
  return [
    one.gaps.length + one.lost + one.overdue.length > 0 ? EXIT.gap : EXIT.ok,
    one.sinks_behind.length > 0 ? EXIT.unavailable : EXIT.ok,
  ];
}

function statusLine(one: TenantStatus, nowMs: number): string {
  const [nearest] = one.gaps;
  const parts = [
    one.newest_sealed === null ? "nothing sealed yet" : `sealed to ${one.newest_sealed}`,
    nearest === undefined
      ? "no gap"
      : `${count(one.gaps.length, "gap")}, ${nearest.day} first: ${timeLeft(Date.parse(nearest.deadline) - nowMs)} left`,
    one.due > 0 ? `${count(one.due, "day")} due` : "",
    one.overdue.length > 0 ? `${count(one.overdue.length, "day")} OVERDUE` : "",
    one.beyond_saving.length > 0 ? `${count(one.beyond_saving.length, "day")} BEYOND SAVING` : "",
    one.re_readings_due > 0 ? `${count(one.re_readings_due, "re-reading")} due` : "",
    one.lost > 0 ? `${count(one.lost, "day")} LOST` : "",
    one.backlog.done_by === null ? "" : `done by ${one.backlog.done_by.slice(0, 16)}Z at the earliest`,
    `${one.requests.left} of ${one.requests.per_hour} requests left`,
    one.sinks_behind.length === 0
      ? "sinks up to date"
      : one.sinks_behind
          .map(({ sink, revisions }) => `sink ${sink} ${count(revisions, "revision")} behind`)
          .join(", "),
    certificateText(one.tenant, one.certificate),
  ];
  return `${one.tenant}: ${parts.filter((part) => part !== "").join("; ")}`;
}

function timeLeft(ms: number): string {
  const hours = Math.floor(ms / 3_600_000);
  return hours < 48 ? `${hours} h` : `${Math.floor(hours / 24)} d`;
}
