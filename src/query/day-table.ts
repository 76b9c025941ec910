import type { DuckDBAppender } from "@duckdb/node-api";
import type { DayState } from "../model/day-state.js";
import type { Completeness } from "../model/manifest.js";
import { DAY_MS, dayStartMs } from "../model/utc-day.js";
import type { UtcDay } from "../model/utc-day.js";
import type { Engine } from "./duckdb.js";

/** The counts of the newest revision that say how its events are to be read. */
type DayCounts = Pick<Completeness, "conflicting_ids" | "missing_ids" | "carried" | "outside_window">;

/** What is known of a day, so that a gap is not taken for a quiet day. */
export interface DayFacts {
  readonly tenant: string;
  readonly day: UtcDay;
  readonly state: DayState;
  /** Absent for a day that is not held. */
  readonly held?: DayCounts & { readonly revision: number; readonly records: number };
  /** Codes of what was unusual about it. */
  readonly oddities: readonly string[];
  /** Why it is lost, or destroyed. */
  readonly explanation?: string;
}

/** The days of a range by what is held of them. */
export interface DaySummary {
  readonly held: number;
  /** Of those held, the ones without an event. */
  readonly empty: number;
  /** Lost for ever. */
  readonly lost: readonly UtcDay[];
  /** Due and not archived yet. */
  readonly missing: readonly UtcDay[];
  /** Destroyed after their retention ended, or about to be. */
  readonly disposed: number;
}

const COUNTS = ["conflicting_ids", "missing_ids", "carried", "outside_window"] as const;

export const CREATE_DAYS = `CREATE TABLE days (tenant VARCHAR NOT NULL, date DATE NOT NULL, state VARCHAR NOT NULL,
  held BOOLEAN NOT NULL, revision INTEGER, records BIGINT, ${COUNTS.map((name) => `${name} BIGINT`).join(", ")},
  oddities VARCHAR NOT NULL, explanation VARCHAR)`;

export function appendDayFacts(appender: DuckDBAppender, day: DayFacts, engine: Engine): void {
  const { held } = day;
  appender.appendVarchar(day.tenant);
  appender.appendDate(dateOf(day.day, engine));
  appender.appendVarchar(day.state);
  appender.appendBoolean(held !== undefined);
  if (held === undefined) appender.appendNull();
  else appender.appendInteger(held.revision);
  for (const number of [held?.records, ...COUNTS.map((name) => held?.[name])]) {
    if (number === undefined) appender.appendNull();
    else appender.appendBigInt(BigInt(number));
  }
  appender.appendVarchar(day.oddities.join(" "));
  if (day.explanation === undefined) appender.appendNull();
  else appender.appendVarchar(day.explanation);
  appender.endRow();
}

export function dateOf(day: UtcDay, { DuckDBDateValue }: Engine): InstanceType<Engine["DuckDBDateValue"]> {
  return new DuckDBDateValue(dayStartMs(day) / DAY_MS);
}

export function summaryOf(days: readonly DayFacts[]): DaySummary {
  const of = (...states: readonly DayState[]): readonly UtcDay[] =>
    days.filter(({ state }) => states.includes(state)).map(({ day }) => day);
  const held = days.filter((day) => day.held !== undefined);
  return {
    held: held.length,
    empty: held.filter((day) => day.held?.records === 0).length,
    lost: of("lost"),
    missing: of("due", "gap"),
    disposed: of("disposing", "disposed").length,
  };
}
