import type { DayTask } from "../model/reading.js";
import { DAY_MS, HOUR_MS } from "../model/utc-day.js";
import type { UtcDay } from "../model/utc-day.js";
import { doneBy } from "./backlog.js";
import type { RequestOutlook } from "./backlog.js";
import { firstReadingMs } from "./day-state.js";
import type { ReadingRules } from "./day-state.js";
import { planDays } from "./plan-days.js";
import type { PlanInput } from "./plan-days.js";

/** A due day is read within minutes as a rule: an hour later something is in the way. */
const PATIENCE_MS = HOUR_MS;

/** However late a day is first read by configuration, this long before its horizon somebody must know. */
const LAST_WARNING_MS = 7 * DAY_MS;

/** A due day that is not archived yet; times in milliseconds since the epoch. */
export interface DayAtRisk {
  readonly day: UtcDay;
  readonly dueMs: number;
  /** When the source begins to forget it. */
  readonly deadlineMs: number;
  /** The earliest moment at which the budget lets it be read. */
  readonly doneMs: number;
}

export interface DayAlarms {
  /** Due for an hour, or near the horizon; the nearest deadline first. */
  readonly overdue: readonly DayAtRisk[];
  /** Days that the budget cannot save any more, even if everything else goes well. */
  readonly beyondSaving: readonly DayAtRisk[];
}

/** Which days a person must know about now. Pure: ledger, rules, clock and budget decide. */
export function dayAlarms(input: PlanInput, outlook: RequestOutlook): DayAlarms {
  const due = planDays(input).tasks.filter(({ reason }) => reason !== "re-reading");
  const atRisk = assess(due, input, outlook);
  const beyondSaving = atRisk.filter(({ doneMs, deadlineMs }) => doneMs > deadlineMs);
  const overdue = atRisk.filter((day) => input.nowMs >= alarmMs(day));
  return { overdue, beyondSaving };
}

/** When a due day becomes an alarm. */
export function alarmMs({ dueMs, deadlineMs }: Pick<DayAtRisk, "dueMs" | "deadlineMs">): number {
  const lastMs = deadlineMs - LAST_WARNING_MS;
  // A day that falls due this late already, in a new archive, gets its hour all the same.
  return lastMs > dueMs ? Math.min(dueMs + PATIENCE_MS, lastMs) : dueMs + PATIENCE_MS;
}

/** The best that the budget allows, in order of work; a day that is beyond saving takes nothing from the others. */
function assess(
  due: readonly DayTask[],
  { rules, nowMs, createdMs }: PlanInput,
  outlook: RequestOutlook,
): readonly DayAtRisk[] {
  let requests = 0;
  return due.map(({ day, deadlineMs }) => {
    const doneMs = doneBy(requests + outlook.requestsPerDay, nowMs, outlook);
    if (doneMs <= deadlineMs) requests += outlook.requestsPerDay;
    return { day, dueMs: firstDueMs(day, rules, createdMs), deadlineMs, doneMs };
  });
}

/** What was due before there was an archive became due with it. */
function firstDueMs(day: UtcDay, rules: ReadingRules, createdMs: number): number {
  return Math.max(firstReadingMs(day, rules), createdMs);
}
