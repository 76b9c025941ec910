/** A UTC calendar day, `YYYY-MM-DD`: the unit of the archive. Never a `Date`, so that no time zone reaches it. */
export type UtcDay = string & { readonly __brand: "UtcDay" };

/** Days from the first to the last, both included. */
export interface DayRange {
  readonly from: UtcDay;
  readonly to: UtcDay;
}

/** Whether the day lies in the range; an end that is not given bounds nothing. */
export function isInRange(day: UtcDay, { from, to }: Partial<DayRange>): boolean {
  return (from === undefined || day >= from) && (to === undefined || day <= to);
}

export const DAY_MS = 86_400_000;
export const HOUR_MS = 3_600_000;

/** The day that `text` names, or undefined when it is not an existing day written `YYYY-MM-DD`. */
export function parseUtcDay(text: string): UtcDay | undefined {
  if (!/^\d{4}-\d{2}-\d{2}$/.test(text)) return undefined;
  const ms = Date.parse(`${text}T00:00:00.000Z`);
  if (Number.isNaN(ms)) return undefined;
  const day = utcDayOf(ms);
  return day === text ? day : undefined; // Date.parse accepts 2026-02-30 as 2 March.
}

/** The UTC day in which the instant `ms` (milliseconds since 1970-01-01T00:00Z) lies. */
export function utcDayOf(ms: number): UtcDay {
  return isoTime(ms).slice(0, 10) as UtcDay;
}

/** First instant of the day, in milliseconds since the epoch. */
export function dayStartMs(day: UtcDay): number {
  return Date.parse(`${day}T00:00:00.000Z`);
}

/** First instant after the day. */
export function dayEndMs(day: UtcDay): number {
  return dayStartMs(day) + DAY_MS;
}

export function addDays(day: UtcDay, days: number): UtcDay {
  return utcDayOf(dayStartMs(day) + days * DAY_MS);
}

/** Whole days from `from` to `to`; negative when `to` is earlier. */
export function daysBetween(from: UtcDay, to: UtcDay): number {
  return (dayStartMs(to) - dayStartMs(from)) / DAY_MS;
}

/** Every day from `from` to `to`, both included, oldest first. */
export function eachDay(from: UtcDay, to: UtcDay): readonly UtcDay[] {
  const days: UtcDay[] = [];
  for (let day = from; day <= to; day = addDays(day, 1)) days.push(day);
  return days;
}

/** The instant as RFC 3339 text in UTC with milliseconds, the only form of time in the archive. */
export function isoTime(ms: number): string {
  return new Date(ms).toISOString();
}
