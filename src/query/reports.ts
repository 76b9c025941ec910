import { join } from "node:path";
import type { Files } from "../io/files.js";
import { packageRoot } from "../io/package-files.js";
import { DaybookError } from "../model/errors.js";
import { allRows } from "./answer.js";
import type { Row } from "./answer.js";
import type { QueryDatabase, QueryValues } from "./database.js";
import type { ReportName } from "./report-names.js";

/** A report as its file has it. */
export interface Report {
  readonly name: ReportName;
  readonly title: string;
  /** What the numbers mean. */
  readonly meaning: string;
  /** The columns of the plot: what each bar is called, and its length; undefined without one. */
  readonly chart: { readonly label: string; readonly value: string } | undefined;
  readonly sql: string;
}

/** A report with its rows. */
export interface FilledReport extends Report {
  readonly columns: readonly string[];
  readonly rows: readonly Row[];
}

/** The statement that makes `activity`, the table that every report reads. */
export function readActivitySql(files: Pick<Files, "read">): Promise<string> {
  return readSql(files, "activity");
}

export async function readReport(files: Pick<Files, "read">, name: ReportName): Promise<Report> {
  const sql = await readSql(files, name);
  const header = (/^(?:--.*\n)+/.exec(sql)?.[0] ?? "").split("\n").map((line) => line.slice(3));
  const title = header.find((line) => line.startsWith("# "))?.slice(2);
  const [, label, value] =
    header.map((line) => /^chart: (\w+) (\w+)$/.exec(line)).find((match) => match !== null) ?? [];
  if (title === undefined)
    throw new DaybookError("INTERNAL", { message: `${name}.sql: expected its title, found none` });
  return {
    name,
    title,
    meaning: header
      .filter((line) => !/^(?:# |chart: )/.test(line))
      .join(" ")
      .trim(),
    chart: label === undefined || value === undefined ? undefined : { label, value },
    sql,
  };
}

export async function fillReport(
  database: QueryDatabase,
  report: Report,
  values: QueryValues,
): Promise<FilledReport> {
  const answer = await database.ask(report.sql, values);
  return { ...report, columns: answer.columns, rows: await allRows(answer) };
}

async function readSql(files: Pick<Files, "read">, name: string): Promise<string> {
  return new TextDecoder().decode(await files.read(join(packageRoot(), "config", "reports", `${name}.sql`)));
}
