import { DAY_MS, HOUR_MS, addDays } from "../model/utc-day.js";
import { certificateText } from "./certificate-status.js";
import { count } from "./progress.js";
import type { OutcomeStatus, TenantStatus } from "./tenant-status.js";

/** A line for the tenant; below it what a person has to know more of: alarms, the deadline of each gap, what re-readings found. */
export function tenantText(status: TenantStatus, nowMs: number): string {
  const { alarms, gaps } = status;
  return [
    tenantLine(status, nowMs),
    ...alarms.map(({ alarm, text }) => `  ALARM ${alarm}: ${text}`),
    ...contactText(status),
    ...runsOf(gaps).map((run) => gapText(run, nowMs)),
    ...status.kept_back.map(
      ({ day, code, since, failures, next_try }) =>
        `  ${day} is kept back by ${code} since ${minute(since)}, ${count(failures, "failed reading")}; tried again after the other days, next at ${minute(next_try)}`,
    ),
    ...reReadingText(status),
    ...status.oddities.map(({ day, code, found }) => `  ${day} is unusual: ${found} (${code})`),
    ...retentionText(status),
    ...status.verified.map(
      ({ sink, time, days, findings }) =>
        `  ${sink} read back at ${minute(time)}: ${count(days, "revision")}, ${findings === 0 ? "all as sealed" : `${count(findings, "file")} NOT as sealed`}`,
    ),
    ...status.witnesses.map(
      ({ name, size, time }) =>
        `  witness ${name} confirmed the first ${count(size, "ledger entry")} at ${minute(time)}`,
    ),
  ].join("\n");
}

function tenantLine(one: TenantStatus, nowMs: number): string {
  if (!one.readable) return `${one.tenant}: the archive CANNOT BE READ`;
  const [nearest] = one.gaps;
  const parts = [
    one.newest_sealed === null ? "nothing sealed yet" : `sealed to ${one.newest_sealed}`,
    nearest === undefined
      ? "no gap"
      : `${count(one.gaps.length, "gap")}, ${nearest.day} first: ${timeLeft(nearest.deadline, nowMs)} left`,
    one.due > 0 ? `${count(one.due, "day")} due` : "",
    one.overdue.length > 0 ? `${count(one.overdue.length, "day")} OVERDUE` : "",
    one.beyond_saving.length > 0 ? `${count(one.beyond_saving.length, "day")} BEYOND SAVING` : "",
    one.re_readings_due > 0 ? `${count(one.re_readings_due, "re-reading")} due` : "",
    one.lost > 0 ? `${count(one.lost, "day")} LOST` : "",
    one.backlog.done_by === null
      ? ""
      : `${count(one.backlog.requests, "request")} to make, done by ${minute(one.backlog.done_by)} at the earliest`,
    answerText(one, nowMs),
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

type Gap = TenantStatus["gaps"][number];

/** Days that follow each other are one line: a new archive begins with a month of gaps. */
function runsOf(gaps: readonly Gap[]): readonly (readonly Gap[])[] {
  const runs: Gap[][] = [];
  for (const gap of gaps) {
    const run = runs.at(-1);
    const last = run?.at(-1);
    if (run !== undefined && last !== undefined && addDays(last.day, 1) === gap.day) run.push(gap);
    else runs.push([gap]);
  }
  return runs;
}

function gapText(run: readonly Gap[], nowMs: number): string {
  const [first] = run;
  const last = run.at(-1);
  if (first === undefined || last === undefined) return "";
  const deadline = (gap: Gap): string => `${minute(gap.deadline)} (${timeLeft(gap.deadline, nowMs)} left)`;
  if (first === last) return `  gap ${first.day}: the source forgets it from ${deadline(first)} on`;
  return `  gaps ${first.day} to ${last.day}: the source forgets them from ${deadline(first)} to ${deadline(last)}, one a day`;
}

function reReadingText({ re_readings: { unchanged, changed, shrank } }: TenantStatus): readonly string[] {
  if (unchanged + changed.length === 0) return [];
  const parts = [
    `${unchanged} without a change`,
    ...changed.map(({ day, revision }) => `${day} now revision ${revision}`),
    ...shrank.map(({ day, missing }) => `${day} given with ${count(missing, "record")} fewer`),
  ];
  return [`  re-readings of the last 7 days: ${parts.join(", ")}`];
}

function answerText({ last_answer: at }: TenantStatus, nowMs: number): string {
  if (at === null) return "";
  const ms = nowMs - Date.parse(at);
  return `source answered ${ms < HOUR_MS ? "within the hour" : `${wholeUnits(ms)} ago`}`;
}

/** When the source was last asked for access, and how that ended. */
function contactText({ last_sign_in: signIn, last_preflight: preflight }: TenantStatus): readonly string[] {
  const parts = [
    outcomeText("last sign-in", signIn, "accepted"),
    outcomeText("last preflight", preflight, "passed"),
  ];
  const told = parts.filter((part) => part !== "");
  return told.length === 0 ? [] : [`  ${told.join("; ")}`];
}

function outcomeText(what: string, outcome: OutcomeStatus | null, ok: string): string {
  if (outcome === null) return "";
  const { time, code } = outcome;
  return `${what} ${minute(time)}: ${outcome.ok ? ok : `FAILED (${code ?? ""})`}`;
}

function retentionText({ retention: { holds, plans, overdue } }: TenantStatus): readonly string[] {
  const [oldest] = overdue;
  return [
    ...(holds.length === 0 ? [] : [`  on legal hold: ${holds.join(", ")}`]),
    ...(oldest === undefined
      ? []
      : [`  ${count(overdue.length, "day")} past retention, ${oldest} first: daybook dispose plan`]),
    ...plans.map(({ plan, state, approved_by: by }) => {
      const approved = by.length === 0 ? "no approval yet" : `approved by ${by.join(", ")}`;
      return `  plan ${plan} is ${state}, ${approved}`;
    }),
  ];
}

function minute(time: string): string {
  return `${time.slice(0, 16)}Z`;
}

function timeLeft(deadline: string, nowMs: number): string {
  return wholeUnits(Date.parse(deadline) - nowMs);
}

function wholeUnits(ms: number): string {
  return ms < 2 * DAY_MS ? `${Math.floor(ms / HOUR_MS)} h` : `${Math.floor(ms / DAY_MS)} d`;
}
