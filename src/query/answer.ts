import type { DuckDBResult, DuckDBValue } from "@duckdb/node-api";
import type { Engine } from "./duckdb.js";

/** A value as JSON has it: a time or a date is text (ISO 8601), an integer beyond 2^53 too. */
export type Cell = string | number | boolean | null | readonly Cell[] | { readonly [name: string]: Cell };
export type Row = readonly Cell[];

/** What a query gives, in pieces so that its size does not matter. */
export interface Answer {
  readonly columns: readonly string[];
  readonly rows: AsyncIterable<readonly Row[]>;
}

/** All rows; for answers that are known to be small. */
export async function allRows({ rows }: Answer): Promise<readonly Row[]> {
  const all: Row[] = [];
  for await (const some of rows) all.push(...some);
  return all;
}

export async function* rowsOf(result: DuckDBResult, engine: Engine): AsyncGenerator<readonly Row[], void> {
  for (let chunk = await result.fetchChunk(); chunk !== null; chunk = await result.fetchChunk()) {
    if (chunk.rowCount === 0) return;
    yield chunk.getRows().map((row) => row.map((value) => cellOf(value, engine)));
  }
}

function cellOf(value: DuckDBValue, engine: Engine): Cell {
  switch (typeof value) {
    case "string":
    case "boolean":
      return value;
    case "number":
      // JSON has no number for these.
      return Number.isFinite(value) ? value : String(value);
    case "bigint":
      return Number.isSafeInteger(Number(value)) ? Number(value) : String(value);
    default:
      return value === null || value === undefined ? null : objectCell(value, engine);
  }
}

function objectCell(value: DuckDBValue & object, engine: Engine): Cell {
  if (value instanceof engine.DuckDBListValue || value instanceof engine.DuckDBArrayValue)
    return value.items.map((item) => cellOf(item, engine));
  if (value instanceof engine.DuckDBStructValue) {
    const cells = Object.entries(value.entries).map(([name, item]) => [name, cellOf(item, engine)] as const);
    return Object.fromEntries(cells);
  }
  if (value instanceof engine.DuckDBDecimalValue) return value.toDouble();
  if (value instanceof engine.DuckDBTimestampTZValue || value instanceof engine.DuckDBTimestampValue)
    return isoText(value.toString());
  return value.toString();
}

/** `2026-11-20 07:55:15.123456+00` and the same without a zone, which here is UTC too. */
function isoText(text: string): string {
  return /^\d{4,}-/.test(text) ? `${text.replace(/\+00$/, "").replace(" ", "T")}Z` : text;
}
