import { isoTime } from "../model/utc-day.js";
import type { DayTask } from "../model/reading.js";
import type { DayRange } from "../model/utc-day.js";
import { backlogOf } from "../plan/backlog.js";
import type { Backlog } from "../plan/backlog.js";
import { KeptBackDays } from "../plan/kept-back-days.js";
import { planDays, planOperatorReading } from "../plan/plan-days.js";
import { askedDays, askedText } from "./asked-days.js";
import type { AskedDay } from "./asked-days.js";
import type { CommandResult, CommonOptions, Surroundings } from "./command.js";
import { EXIT } from "./exit-codes.js";
import { lookAtTenants } from "./held.js";
import type { LookedAt } from "./held.js";
import { count } from "./progress.js";
import { outlookOf } from "./tenant-status.js";

interface TenantPlan {
  readonly tenant: string;
  readonly tasks: readonly DayTask[];
  readonly backlog: Backlog;
  readonly requestsLeft: number;
  /** The days of the range asked for that the plan leaves out. */
  readonly untouched: readonly AskedDay[];
}

/** What `archive` would do now. Reads the state folder alone: it signs in nowhere, takes no lock and writes nothing. */
export async function planOnly(
  options: CommonOptions & { readonly reread?: boolean },
  range: DayRange | undefined,
  surroundings: Surroundings,
): Promise<CommandResult> {
  const plans = await lookAtTenants(options, surroundings, (looked) =>
    planOf(looked, range, options.reread === true),
  );
  const nowMs = surroundings.clock.now();
  return {
    exit: EXIT.ok,
    text: plans.map((plan) => planText(plan, nowMs)).join("\n"),
    json: { format: "daybook.archive-plan/1", dry_run: true, tenants: plans.map(planJson) },
  };
}

async function planOf(looked: LookedAt, range: DayRange | undefined, reread: boolean): Promise<TenantPlan> {
  const { held, tenant } = looked;
  const { rules, clock, files, root, name } = tenant;
  const nowMs = clock.now();
  const input = {
    days: held?.index.days ?? new Map(),
    rules,
    nowMs,
    createdMs: held?.index.createdAt ?? nowMs,
    ...(range === undefined ? {} : { range }),
    keptBack: await new KeptBackDays(files, root).read(),
  };
  const tasks = reread ? planOperatorReading(input) : planDays(input).tasks;
  const outlook = await outlookOf(looked);
  const planned = new Set(tasks.map(({ day }) => day));
  const asked = askedDays(held?.index, { rules, nowMs }, range).filter(({ day }) => !planned.has(day));
  return {
    tenant: name,
    tasks,
    backlog: backlogOf(tasks, nowMs, outlook),
    requestsLeft: outlook.left,
    untouched: asked,
  };
}

function planText({ tenant, tasks, backlog, requestsLeft, untouched }: TenantPlan, nowMs: number): string {
  const { requests, doneMs } = backlog;
  const work =
    doneMs === undefined
      ? "nothing to read"
      : `${count(tasks.length, "day")} to read, at least ${count(requests, "request")} (${requestsLeft.toLocaleString("en")} left in this hour), ${timeText(doneMs - nowMs)}`;
  const lines = tasks.map(
    ({ day, reason, deadlineMs }) =>
      `  ${day}  ${reason.padEnd(10)}  the source begins to drop it at ${isoTime(deadlineMs).slice(0, 16).replace("T", " ")} UTC`,
  );
  return [`${tenant}: ${work}`, ...lines, ...askedText(untouched)].join("\n");
}

/** The rate of requests alone: how fast the source answers is not known before it is asked. */
function timeText(ms: number): string {
  const minutes = Math.ceil(ms / 60_000);
  if (minutes === 0) return "no wait for the rate limit";
  return minutes < 120
    ? `at least ${count(minutes, "minute")} by the rate limit`
    : `at least ${count(Math.ceil(minutes / 60), "hour")} by the rate limit`;
}

function planJson({ tenant, tasks, backlog, requestsLeft, untouched }: TenantPlan): object {
  return {
    tenant,
    days: tasks.map(({ day, reason, deadlineMs }) => ({ day, reason, deadline: isoTime(deadlineMs) })),
    requests: { needed: backlog.requests, left: requestsLeft },
    done_by: backlog.doneMs === undefined ? null : isoTime(backlog.doneMs),
    untouched,
  };
}
