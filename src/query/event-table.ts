import type { DuckDBAppender } from "@duckdb/node-api";
import { EVENT_COLUMNS, EVENT_FIELDS, fitting } from "../plugin/event-columns.js";
import type { EventColumn, EventColumnType, EventValue } from "../plugin/event-columns.js";
import { linesOf } from "../plugin/record-lines.js";
import type { UtcDay } from "../model/utc-day.js";
import { dateOf } from "./day-table.js";
import type { Engine } from "./duckdb.js";

/** Rows that the appender holds in memory before the engine takes them. */
const FLUSH_ROWS = 8_192;
/** Record lines are 1 kB each as a rule, but one may be megabytes. */
const FLUSH_CHARS = 32 << 20;

/** The record lines of a day's newest revision, in the order of the archive. */
export interface RecordedDay {
  readonly tenant: string;
  readonly day: UtcDay;
  readonly revision: number;
  /** Blocks of whole lines; fails at its end when what it gave is not what was sealed. */
  readonly blocks: AsyncIterable<Uint8Array>;
}

const SQL_TYPES: Readonly<Record<EventColumnType, string>> = {
  text: "VARCHAR",
  integer: "INTEGER",
  boolean: "BOOLEAN",
  timestamp: "TIMESTAMPTZ",
};

/** The columns of the lake, behind the tenant and the date that the lake has in the names of its folders. */
export const CREATE_EVENTS = `CREATE TABLE recorded_events (tenant VARCHAR NOT NULL, date DATE NOT NULL, ${EVENT_COLUMNS.map(
  ({ name, type, required }) => `"${name}" ${SQL_TYPES[type]}${required ? " NOT NULL" : ""}`,
).join(", ")})`;

/** Where every event comes from the record lines. */
export const NAME_EVENTS = "ALTER TABLE recorded_events RENAME TO events";

/** Where some days lie in a lake; `files` are its quoted paths. Files of older versions lack columns, or have times without a zone. */
export function eventsWithLake(files: readonly string[]): string {
  const names = EVENT_COLUMNS.map(({ name }) => `"${name}"`).join(", ");
  const columns = EVENT_COLUMNS.map(({ name, type }) => `CAST("${name}" AS ${SQL_TYPES[type]}) AS "${name}"`);
  return `CREATE VIEW events AS SELECT tenant, date, ${names} FROM recorded_events
    UNION ALL BY NAME SELECT tenant, date, ${columns.join(", ")}
    FROM read_parquet([${files.join(", ")}], union_by_name = true,
      hive_partitioning = true, hive_types = {'tenant': VARCHAR, 'date': DATE})`;
}

/** Adds the day to the recorded events; the values are those of the lake, since `fitting` decides for both. */
export async function appendDay(
  appender: DuckDBAppender,
  { tenant, day, revision, blocks }: RecordedDay,
  engine: Engine,
): Promise<void> {
  const date = dateOf(day, engine);
  let [recordNo, held, chars] = [0, 0, 0];
  for await (const block of blocks) {
    for (const line of linesOf(block)) {
      recordNo += 1;
      appender.appendVarchar(tenant);
      appender.appendDate(date);
      appendRecord(appender, { line, recordNo, revision }, engine);
      appender.endRow();
      [held, chars] = [held + 1, chars + line.length];
      if (held < FLUSH_ROWS && chars < FLUSH_CHARS) continue;
      appender.flushSync();
      [held, chars] = [0, 0];
    }
  }
  appender.flushSync();
}

interface EventRecord {
  readonly line: string;
  readonly recordNo: number;
  readonly revision: number;
}

function appendRecord(appender: DuckDBAppender, record: EventRecord, engine: Engine): void {
  // A field is known by its exact name, and a repeated field has its last value.
  const event = JSON.parse(record.line) as Readonly<Record<string, unknown>>;
  appender.appendInteger(record.recordNo);
  appender.appendInteger(record.revision);
  appender.appendVarchar(record.line);
  for (const column of EVENT_FIELDS)
    appendValue(appender, column, fitting(column.type, event[column.name]), engine);
}

function appendValue(
  appender: DuckDBAppender,
  { type }: EventColumn,
  value: EventValue,
  { DuckDBTimestampTZValue }: Engine,
): void {
  if (value === null) appender.appendNull();
  else if (typeof value === "string") appender.appendVarchar(value);
  else if (typeof value === "boolean") appender.appendBoolean(value);
  else if (type === "timestamp") appender.appendTimestampTZ(new DuckDBTimestampTZValue(BigInt(value)));
  else appender.appendInteger(value);
}
