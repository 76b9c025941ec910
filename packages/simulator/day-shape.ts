import { dayStartMs, DAY_MS } from "../../src/model/utc-day.js";
import type { UtcDay } from "../../src/model/utc-day.js";
import { WINDOWS_PER_DAY } from "../../src/model/window.js";
import type { Scenario } from "./scenario.js";
import { share } from "./seeded-random.js";

// An office in Europe: no activity at night, less at noon, and little on weekends.
const WEEKDAY = [1, 1, 1, 1, 2, 6, 20, 60, 120, 140, 130, 110, 80, 110, 130, 120, 90, 50, 25, 12, 8, 5, 3, 2];
const WEEKEND = [2, 1, 1, 1, 1, 2, 5, 10, 20, 25, 28, 26, 22, 22, 24, 25, 24, 20, 18, 15, 12, 8, 5, 3];
const WEEKEND_SHARE = 0.25;

/** How many events happen in each of the 24 hours of a day; they add up to the scenario's number exactly. */
export function eventsByHour(scenario: Scenario, day: UtcDay): readonly number[] {
  const total = eventsOfDay(scenario, day);
  const weights = (isWeekend(day) ? WEEKEND : WEEKDAY).map(
    (weight, hour) => weight * (0.8 + 0.4 * share(scenario.seed, dayStartMs(day) / DAY_MS, hour)),
  );
  const sum = weights.reduce((a, b) => a + b);
  const counts: number[] = [];
  let weight = 0;
  let counted = 0;
  for (let hour = 0; hour < WINDOWS_PER_DAY; hour += 1) {
    weight += weights[hour] ?? 0;
    // The last hour takes what is left: a sum of fractions may end a little below one.
    const upTo = hour === WINDOWS_PER_DAY - 1 ? total : Math.min(total, Math.round((total * weight) / sum));
    counts.push(upTo - counted);
    counted = upTo;
  }
  return counts;
}

function eventsOfDay(scenario: Scenario, day: UtcDay): number {
  if (scenario.emptyDays.includes(day)) return 0;
  if (typeof scenario.eventsPerDay === "function") return scenario.eventsPerDay(day);
  return isWeekend(day) ? Math.round(scenario.eventsPerDay * WEEKEND_SHARE) : scenario.eventsPerDay;
}

/** 1970-01-01 was a Thursday. */
function isWeekend(day: UtcDay): boolean {
  const weekday = (dayStartMs(day) / DAY_MS + 4) % 7;
  return weekday === 0 || weekday === 6;
}
