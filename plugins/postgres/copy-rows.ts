import { DaybookError, linesOf } from "daybook/plugin";
import type { UtcDay } from "daybook/plugin";
import { columnValue } from "./column-value.js";
import { COLUMNS } from "./columns.js";

/** The columns in the order of `copyRow`. */
export const COPY_COLUMNS: readonly string[] = [
  "tenant",
  "day",
  "record_no",
  ...COLUMNS.map(({ name }) => name),
  "event",
];

const CHUNK_CHARS = 1 << 16;
const NULL = "\\N";
const SPECIAL = /[\\\t\n\r]/;
const ESCAPES: Readonly<Record<string, string>> = { "\\": "\\\\", "\t": "\\t", "\n": "\\n", "\r": "\\r" };

export interface RowPlace {
  readonly tenant: string;
  readonly day: UtcDay;
  /** The number of lines that there must be. */
  readonly records: number;
}

/**
 * The rows of a day as text for COPY (https://www.postgresql.org/docs/current/sql-copy.html, text format), in pieces.
 * SINK_MISMATCH when there are more or fewer lines than promised.
 */
export async function* copyRows(
  place: RowPlace,
  blocks: AsyncIterable<Uint8Array>,
): AsyncGenerator<Buffer, void> {
  let chunk = "";
  let rows = 0;
  for await (const block of blocks) {
    for (const line of linesOf(block)) {
      rows += 1;
      if (rows > place.records) throw mismatch(place, `${rows} or more`);
      chunk += copyRow(place, rows, line);
      if (chunk.length < CHUNK_CHARS) continue;
      yield Buffer.from(chunk);
      chunk = "";
    }
  }
  if (rows !== place.records) throw mismatch(place, String(rows));
  if (chunk !== "") yield Buffer.from(chunk);
}

/** One record line as a row; `number` counts from 1 in the order of the lines. */
export function copyRow({ tenant, day }: RowPlace, number: number, line: string): string {
  const event = parseEvent(line, day, number);
  // JSON writes each of the four special characters in a string with a backslash: a line without one needs no second look.
  const written = line.includes("\\") ? escaped : asItIs;
  let row = `${tenant}\t${day}\t${number}`;
  for (const { type, field } of COLUMNS) {
    const value = columnValue(type, event[field]);
    row += value === undefined ? `\t${NULL}` : `\t${written(value)}`;
  }
  return `${row}\t${escaped(line)}\n`;
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
