import type { DayIndex, DayIncident, DayRecord } from "../ledger/day-index.js";
import type { UtcDay } from "../model/utc-day.js";

/** Something unusual about a day that the source may still correct. */
export interface Oddity extends DayIncident {
  readonly day: UtcDay;
}

/** The codes, each once; undefined when nothing was unusual. */
export function oddityCodes(record: DayRecord | undefined): readonly string[] | undefined {
  const codes = new Set(record?.incidents?.map(({ code }) => code));
  return codes.size === 0 ? undefined : [...codes];
}

/** Everything unusual about the given days, oldest first. */
export function odditiesOf(days: readonly UtcDay[], index: Pick<DayIndex, "days">): readonly Oddity[] {
  return days.flatMap((day) =>
    (index.days.get(day)?.incidents ?? []).map((incident) => ({ day, ...incident })),
  );
}
