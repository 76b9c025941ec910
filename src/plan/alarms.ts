import type { DayTask } from "../model/reading.js";
import { DAY_MS, HOUR_MS } from "../model/utc-day.js";
import type { UtcDay } from "../model/utc-day.js";
import { doneBy } from "./backlog.js";
import type { RequestOutlook } from "./backlog.js";
import { firstReadingMs } from "./day-state.js";
import type { ReadingRules } from "./day-state.js";
import type { PlanInput } from "./plan-days.js";

/** A due day is normally read within minutes, so after an hour something is wrong. */
const OVERDUE_AFTER_MS = HOUR_MS;

/** An unread day raises an alarm at least this long before its deadline, however late the configuration reads it. */
const LAST_WARNING_MS = 7 * DAY_MS;

/** A due day that is not archived yet; times in milliseconds since the epoch. */
export interface DayAtRisk {
  readonly day: UtcDay;
  readonly dueMs: number;
  /** When the source begins to drop it. */
  readonly deadlineMs: number;
  /** The earliest moment at which the budget allows it to be read. */
  readonly doneMs: number;
}

export interface DayAlarms {
  /** Due for an hour, or near the horizon; the nearest deadline first. */
  readonly overdue: readonly DayAtRisk[];
  /** Days that the budget can no longer save, even if every request succeeds. */
  readonly beyondSaving: readonly DayAtRisk[];
}

/** Which of the planned days need a person now. Pure: plan, rules, clock and budget decide. */
export function dayAlarms(
  tasks: readonly DayTask[],
  input: Pick<PlanInput, "rules" | "nowMs" | "createdMs">,
  outlook: RequestOutlook,
): DayAlarms {
  const due = tasks.filter(({ reason }) => reason !== "re-reading");
  const atRisk = assess(due, input, outlook);
  const beyondSaving = atRisk.filter(({ doneMs, deadlineMs }) => doneMs > deadlineMs);
  const overdue = atRisk.filter((day) => input.nowMs >= alarmMs(day));
  return { overdue, beyondSaving };
}

/** When a due day becomes an alarm. */
export function alarmMs({ dueMs, deadlineMs }: Pick<DayAtRisk, "dueMs" | "deadlineMs">): number {
  const lastMs = deadlineMs - LAST_WARNING_MS;
  // A day that is already this late when a new archive begins still gets its hour.
  return lastMs > dueMs ? Math.min(dueMs + OVERDUE_AFTER_MS, lastMs) : dueMs + OVERDUE_AFTER_MS;
}

/** The best case that the budget allows, in order of work. A day beyond saving takes no requests from the others. */
function assess(
  due: readonly DayTask[],
  { rules, nowMs, createdMs }: Pick<PlanInput, "rules" | "nowMs" | "createdMs">,
  outlook: RequestOutlook,
): readonly DayAtRisk[] {
  let requests = 0;
  return due.map(({ day, deadlineMs }) => {
    const doneMs = doneBy(requests + outlook.requestsPerDay, nowMs, outlook);
    if (doneMs <= deadlineMs) requests += outlook.requestsPerDay;
    return { day, dueMs: firstDueMs(day, rules, createdMs), deadlineMs, doneMs };
  });
}

/** Days older than the archive became due when it was created. */
function firstDueMs(day: UtcDay, rules: ReadingRules, createdMs: number): number {
  return Math.max(firstReadingMs(day, rules), createdMs);
}
