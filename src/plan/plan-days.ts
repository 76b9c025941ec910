import type { DayTask } from "../model/reading.js";
import { DAY_MS, addDays, daysBetween, eachDay, isInRange, utcDayOf } from "../model/utc-day.js";
import type { DayRange, UtcDay } from "../model/utc-day.js";
import { dayState, deadlineMs, nextReadingMs, oldestReadableDay } from "./day-state.js";
import type { DayFacts, ReadingRules } from "./day-state.js";
import type { KeptBack } from "./kept-back-days.js";

export interface PlanInput {
  readonly days: ReadonlyMap<UtcDay, DayFacts>;
  readonly rules: ReadingRules;
  readonly nowMs: number;
  /** When the archive was created. Days beyond the horizon at that time could never be read, so they are not lost. */
  readonly createdMs: number;
  /** Limits the plan to these days; all when absent. */
  readonly range?: DayRange;
  /** Days whose last reading failed; none when absent. */
  readonly keptBack?: Pick<KeptBack, "has">;
}

export interface Plan {
  /** What to read now, in order of work. */
  readonly tasks: readonly DayTask[];
  /** Days that passed the horizon unread and have no `day-lost` entry yet. */
  readonly newlyLost: readonly UtcDay[];
}

/** So long before its deadline a day that failed is ordered by deadline again, so that waiting never loses it. */
const KEPT_BACK_UNTIL_MS = DAY_MS;

/** Gaps and due days by nearest deadline, then re-readings by nearest deadline, then days whose last reading failed. */
export function planDays(input: PlanInput): Plan {
  const { rules, nowMs } = input;
  const first = firstDayToRead(input);
  const oldest = oldestReadableDay(rules, nowMs);
  const readable = eachDay(laterOf(first, oldest), utcDayOf(nowMs)).filter((day) => inRange(day, input));
  const tasks = [
    ...readable.flatMap((day) => firstReading(day, input)),
    ...readable.flatMap((day) => reReading(day, input)),
  ];
  return {
    tasks: [...tasks.filter((task) => !waits(task, input)), ...tasks.filter((task) => waits(task, input))],
    newlyLost: unnamedDays(first, oldest, input).filter((day) => inRange(day, input)),
  };
}

function waits(task: DayTask, { keptBack, nowMs }: PlanInput): boolean {
  return keptBack?.has(task.day) === true && task.deadlineMs - nowMs > KEPT_BACK_UNTIL_MS;
}

/** Every day of the range, to be read again on request whatever its schedule. */
export function planOperatorReading(input: PlanInput): readonly DayTask[] {
  const oldest = laterOf(firstDayToRead(input), oldestReadableDay(input.rules, input.nowMs));
  return eachDay(oldest, utcDayOf(input.nowMs))
    .filter(
      (day) => inRange(day, input) && dayState(day, input.days.get(day), input.rules, input.nowMs) !== "open",
    )
    .map((day) => ({ day, reason: "operator", deadlineMs: deadlineMs(day, input.rules) }));
}

/** The first day that this archive could have read: the horizon on the day of its creation. */
export function firstDayOfArchive({
  days,
  rules,
  createdMs,
}: Pick<PlanInput, "days" | "rules" | "createdMs">): UtcDay {
  const horizon = oldestReadableDay(rules, createdMs);
  return [...days.keys()].reduce((oldest, day) => (day < oldest ? day : oldest), horizon);
}

/** An archive created while the clock was ahead still has the days of today to read. */
function firstDayToRead(input: PlanInput): UtcDay {
  return firstDayOfArchive({ ...input, createdMs: Math.min(input.createdMs, input.nowMs) });
}

function firstReading(day: UtcDay, { days, rules, nowMs }: PlanInput): readonly DayTask[] {
  const state = dayState(day, days.get(day), rules, nowMs);
  if (state !== "due" && state !== "gap") return [];
  return [{ day, reason: state === "gap" ? "gap" : "scheduled", deadlineMs: deadlineMs(day, rules) }];
}

function reReading(day: UtcDay, { days, rules, nowMs }: PlanInput): readonly DayTask[] {
  const facts = days.get(day);
  if (facts === undefined || dayState(day, facts, rules, nowMs) !== "sealed") return [];
  const dueMs = nextReadingMs(day, facts, rules, nowMs);
  if (dueMs === undefined || dueMs > nowMs) return [];
  return [{ day, reason: "re-reading", deadlineMs: deadlineMs(day, rules) }];
}

/** The days from `first` up to but not including `end` that the ledger does not name: neither read nor lost. */
function unnamedDays(first: UtcDay, end: UtcDay, { days }: PlanInput): readonly UtcDay[] {
  const named = [...days.keys()].filter((day) => day < end).length;
  // Avoids walking through years of days when none is missing.
  if (named === daysBetween(first, end)) return [];
  return eachDay(first, addDays(end, -1)).filter((day) => !days.has(day));
}

function inRange(day: UtcDay, { range }: PlanInput): boolean {
  return range === undefined || isInRange(day, range);
}

function laterOf(a: UtcDay, b: UtcDay): UtcDay {
  return a > b ? a : b;
}
