import { writeFile } from "../io/write-file.js";
import { VERSION } from "../io/version.js";
import { DaybookError } from "../model/errors.js";
import { isoTime } from "../model/utc-day.js";
import { allRows } from "../query/answer.js";
import type { Answer } from "../query/answer.js";
import { csvText } from "../query/csv-text.js";
import { summaryOf } from "../query/day-table.js";
import { renderReportPage } from "../query/report-page.js";
import { tableText } from "../query/table-text.js";
import type { Command, CommandResult, Surroundings } from "./command.js";
import { daysText } from "../query/days-text.js";
import { EXIT } from "./exit-codes.js";
import { outPath, withTables } from "./query-scope.js";
import type { LoadedTables, ScopeOptions } from "./query-scope.js";

export interface QueryOptions extends ScopeOptions {
  readonly arguments: readonly (string | undefined)[];
  readonly format: "table" | "csv" | "json" | "parquet" | "html";
  readonly out?: string;
}

/** One SELECT over the current view; the days that it covers are told on standard error, or in the JSON. */
export const query: Command<QueryOptions> = async (options, surroundings) => {
  const sql = options.arguments[0] ?? "";
  const { format } = options;
  if ((format === "parquet" || format === "html") && options.out === undefined)
    throw new DaybookError("USAGE", {
      message: `--format ${format}: expected --out FILE beside it, found none`,
    });
  const loading = { views: [], defaultRange: (whole: LoadedTables["range"] & object) => whole };
  return withTables(options, surroundings, loading, async (tables) => {
    const result = await answer(sql, options, tables, surroundings);
    if (options.json !== true && options.quiet !== true)
      surroundings.stderr.write(`${daysText(tables.days, tables.range)}\n`);
    return result;
  });
};

async function answer(
  sql: string,
  options: QueryOptions,
  tables: LoadedTables,
  surroundings: Surroundings,
): Promise<CommandResult> {
  const { files, stdout } = surroundings;
  const { database } = tables;
  const format = options.json === true ? "json" : options.format;
  if (format === "parquet") {
    const made = await database.writeParquet(sql);
    await writeFile(files, outPath(options.out ?? "", surroundings), files.stream(made));
    return written(options.out ?? "");
  }
  const found = await database.ask(sql);
  if (format === "json") {
    const json = await jsonAnswer(found, tables);
    const text = `${JSON.stringify(json, null, 2)}\n`;
    if (options.out === undefined) return { exit: EXIT.ok, text, json };
    await writeFile(files, outPath(options.out, surroundings), [Buffer.from(text)]);
    return written(options.out);
  }
  if (format === "html") {
    const page = await pageOf(sql, found, tables, surroundings);
    await writeFile(files, outPath(options.out ?? "", surroundings), [Buffer.from(page)]);
    return written(options.out ?? "");
  }
  const pieces = format === "csv" ? csvText(found) : tablePieces(found);
  if (options.out !== undefined) {
    await writeFile(files, outPath(options.out, surroundings), encoded(pieces));
    return written(options.out);
  }
  for await (const piece of pieces) stdout.write(piece);
  return { exit: EXIT.ok, text: "", json: undefined };
}

async function jsonAnswer(found: Answer, { days, range }: LoadedTables): Promise<object> {
  const rows = await allRows(found);
  return {
    format: "daybook.query/1",
    columns: found.columns,
    rows: rows.map((row) => Object.fromEntries(found.columns.map((name, at) => [name, row[at] ?? null]))),
    range: range ?? null,
    days: summaryOf(days),
  };
}

async function pageOf(
  sql: string,
  found: Answer,
  { days, range }: LoadedTables,
  { clock }: Surroundings,
): Promise<string> {
  const tenants = [...new Set(days.map(({ tenant }) => tenant))].join(", ");
  const content = {
    title: "Answer of a query",
    meaning: sql,
    chart: undefined,
    columns: found.columns,
    rows: await allRows(found),
  };
  return renderReportPage(content, {
    archive: tenants,
    days: daysText(days, range),
    made: isoTime(clock.now()),
    version: VERSION,
    isOneOfAll: false,
  });
}

async function* tablePieces(found: Answer): AsyncGenerator<string> {
  yield `${await tableText(found)}\n`;
}

async function* encoded(pieces: AsyncIterable<string>): AsyncGenerator<Uint8Array> {
  for await (const piece of pieces) yield Buffer.from(piece);
}

function written(out: string): CommandResult {
  return { exit: EXIT.ok, text: `written: ${out}`, json: { written: out } };
}
