import { DaybookError, RECORD_LINE, linesOf } from "daybook/plugin";
import type { UtcDay } from "daybook/plugin";
import { columnValue } from "./column-value.js";
import { COLUMNS } from "./columns.js";

export interface RowPlace {
  readonly tenant: string;
  readonly day: UtcDay;
  readonly revision: number;
  /** The number of lines that there must be. */
  readonly records: number;
}

/** A table that has a row for each record line, and how COPY gets it. */
export interface RowForm {
  readonly table: string;
  readonly columns: readonly string[];
  /** The line as a row; `number` counts from 1 in the order of the lines. */
  readonly row: (place: RowPlace, number: number, line: string) => string;
}

/** The typed columns, in the order of `eventRow`. */
export const EVENTS: RowForm = {
  table: "events",
  columns: ["tenant", "date", "record_no", "revision", ...COLUMNS.map(({ name }) => name)],
  row: eventRow,
};

/** The record lines, in the order of `lineRow`. */
export const EVENT_LINES: RowForm = {
  table: "event_lines",
  columns: ["tenant", "date", "record_no", RECORD_LINE.name],
  row: lineRow,
};

const CHUNK_CHARS = 1 << 16;
const NULL = "\\N";
const SPECIAL = /[\\\t\n\r]/;
const ESCAPES: Readonly<Record<string, string>> = { "\\": "\\\\", "\t": "\\t", "\n": "\\n", "\r": "\\r" };

/**
 * The rows of a day as text for COPY (https://www.postgresql.org/docs/current/sql-copy.html, text format), in pieces.
 * SINK_MISMATCH when there are more or fewer lines than promised.
 */
export async function* copyRows(
  form: RowForm,
  place: RowPlace,
  blocks: AsyncIterable<Uint8Array>,
): AsyncGenerator<Buffer, void> {
  let chunk = "";
  let rows = 0;
  for await (const block of blocks) {
    for (const line of linesOf(block)) {
      rows += 1;
      if (rows > place.records) throw mismatch(place, `${rows} or more`);
      chunk += form.row(place, rows, line);
      if (chunk.length < CHUNK_CHARS) continue;
      yield Buffer.from(chunk);
      chunk = "";
    }
  }
  if (rows !== place.records) throw mismatch(place, String(rows));
  if (chunk !== "") yield Buffer.from(chunk);
}

function eventRow({ tenant, day, revision }: RowPlace, number: number, line: string): string {
  const event = parseEvent(line, day, number);
  // JSON writes each of the four special characters in a string with a backslash: a line without one needs no second look.
  const written = line.includes("\\") ? escaped : asItIs;
  let row = `${tenant}\t${day}\t${number}\t${revision}`;
  for (const { type, field } of COLUMNS) {
    const value = columnValue(type, event[field]);
    row += value === undefined ? `\t${NULL}` : `\t${written(value)}`;
  }
  return `${row}\n`;
}

function lineRow({ tenant, day }: RowPlace, number: number, line: string): string {
  return `${tenant}\t${day}\t${number}\t${escaped(line)}\n`;
}

function asItIs(text: string): string {
  return text;
}

function escaped(text: string): string {
  return SPECIAL.test(text) ? text.replaceAll(/[\\\t\n\r]/g, (special) => ESCAPES[special] ?? special) : text;
}

function parseEvent(line: string, day: UtcDay, number: number): Readonly<Record<string, unknown>> {
  try {
    const event: unknown = JSON.parse(line);
    if (typeof event === "object" && event !== null) return event as Record<string, unknown>;
  } catch {
    // Without cause: the parser's error quotes the event.
  }
  throw new DaybookError("SINK_MISMATCH", {
    message: `${day}, record ${number}: expected a JSON object, found other text`,
  });
}

function mismatch({ day, records }: RowPlace, found: string): DaybookError {
  return new DaybookError("SINK_MISMATCH", { message: `${day}: expected ${records} lines, found ${found}` });
}
