import { basename, join } from "node:path";
import { writeFile } from "../io/write-file.js";
import { VERSION } from "../io/version.js";
import { durationMs, parseDuration } from "../model/duration.js";
import { DaybookError } from "../model/errors.js";
import { DAY_MS, addDays, isoTime } from "../model/utc-day.js";
import type { DayRange } from "../model/utc-day.js";
import type { Answer } from "../query/answer.js";
import { csvText } from "../query/csv-text.js";
import type { QueryValues } from "../query/database.js";
import { summaryOf } from "../query/day-table.js";
import { daysText } from "../query/days-text.js";
import { renderReportIndex, renderReportPage } from "../query/report-page.js";
import type { PageContext } from "../query/report-page.js";
import { REPORT_NAMES } from "../query/report-names.js";
import type { ReportName } from "../query/report-names.js";
import { fillReport, readActivitySql, readReport } from "../query/reports.js";
import type { FilledReport } from "../query/reports.js";
import { tableText } from "../query/table-text.js";
import type { Command, CommandResult, Surroundings } from "./command.js";
import { EXIT } from "./exit-codes.js";
import { outPath, withTables } from "./query-scope.js";
import type { LoadedTables, ScopeOptions } from "./query-scope.js";
import { oneTenant } from "./retention-request.js";

export interface ReportOptions extends ScopeOptions {
  readonly arguments: readonly (string | undefined)[];
  readonly format: "table" | "csv" | "html";
  readonly idle: string;
  readonly out?: string;
}

/** Where the options name no range: as far back as people compare months. */
const DEFAULT_DAYS = 90;

/** One report, or all of them, over one archive. Each answer says which days it is made of. */
export const report: Command<ReportOptions> = async (options, surroundings) => {
  const asked = options.arguments[0];
  if (asked === undefined) return listReports(surroundings);
  const names = namesOf(asked);
  const idle = idleDays(options.idle);
  requireOut(options, names);
  const archive =
    options.path === undefined
      ? (await oneTenant(options, surroundings)).name
      : basename(outPath(options.path, surroundings));
  const { files } = surroundings;
  const loading = { views: [await readActivitySql(files)], defaultRange: newestDays };
  return withTables(options, surroundings, loading, async (tables) => {
    const to = tables.range?.to;
    if (to === undefined) {
      throw new DaybookError("NOTHING_IN_RANGE", {
        message: `${archive}: found no day, expected one at least`,
      });
    }
    const values: QueryValues = { to, idle };
    const reports: FilledReport[] = [];
    for (const name of names)
      reports.push(await fillReport(tables.database, await readReport(files, name), values));
    return answer(reports, { archive, tables, isAll: asked === "all" }, options, surroundings);
  });
};

async function listReports({ files }: Surroundings): Promise<CommandResult> {
  const reports = await Promise.all(REPORT_NAMES.map((name) => readReport(files, name)));
  return {
    exit: EXIT.ok,
    text: reports.map(({ name, title }) => `${name.padEnd(14)}${title}`).join("\n"),
    json: {
      format: "daybook.report-list/1",
      reports: reports.map(({ name, title, meaning }) => ({ name, title, meaning })),
    },
  };
}

function namesOf(asked: string): readonly ReportName[] {
  if (asked === "all") return REPORT_NAMES;
  const name = REPORT_NAMES.find((one) => one === asked);
  if (name !== undefined) return [name];
  throw new DaybookError("USAGE", {
    message: `NAME: expected all or one of ${REPORT_NAMES.join(", ")}, found "${asked}"`,
  });
}

function idleDays(text: string): number {
  const duration = parseDuration(text);
  const ms = duration === undefined ? undefined : durationMs(duration);
  if (ms !== undefined && ms % DAY_MS === 0) return ms / DAY_MS;
  throw new DaybookError("USAGE", { message: `--idle: expected whole days such as 30d, found "${text}"` });
}

function requireOut({ format, out, json }: ReportOptions, names: readonly ReportName[]): void {
  if (json === true || out !== undefined || format === "table") return;
  if (names.length === 1 && format === "csv") return;
  throw new DaybookError("USAGE", {
    message: `--format ${format}: expected --out beside it, found none`,
    hint: "name a new file, or for `report all` a folder",
  });
}

function newestDays(whole: DayRange): DayRange {
  const from = addDays(whole.to, 1 - DEFAULT_DAYS);
  return from > whole.from ? { ...whole, from } : whole;
}

interface Reported {
  readonly archive: string;
  readonly tables: LoadedTables;
  readonly isAll: boolean;
}

async function answer(
  reports: readonly FilledReport[],
  reported: Reported,
  options: ReportOptions,
  surroundings: Surroundings,
): Promise<CommandResult> {
  const { tables, isAll } = reported;
  const days = daysText(tables.days, tables.range);
  const json = jsonOf(reports, tables);
  const { format, out } = options;
  if (options.json === true) return { exit: EXIT.ok, text: "", json };
  const written = new Map(await writtenFiles(reports, reported, format, surroundings));
  if (out === undefined) {
    const text = [...written.values()].join("\n");
    if (format === "csv") surroundings.stderr.write(`${days}\n`);
    return { exit: EXIT.ok, text: format === "csv" ? text : `${text}\n${days}`, json };
  }
  const folder = outPath(out, surroundings);
  if (isAll) await surroundings.files.makeFolder(folder, 0o755);
  for (const [name, text] of written)
    await writeFile(surroundings.files, isAll ? join(folder, name) : folder, [Buffer.from(text)]);
  return { exit: EXIT.ok, text: `written: ${out}\n${days}`, json };
}

/** The name and content of each file that the reports make. */
async function writtenFiles(
  reports: readonly FilledReport[],
  { archive, tables, isAll }: Reported,
  format: ReportOptions["format"],
  { clock }: Surroundings,
): Promise<readonly (readonly [string, string])[]> {
  const days = daysText(tables.days, tables.range);
  if (format === "html") {
    const made = isoTime(clock.now());
    const context: PageContext = { archive, days, made, version: VERSION, isOneOfAll: isAll };
    const pages = reports.map((one) => [`${one.name}.html`, renderReportPage(one, context)] as const);
    return isAll ? [["index.html", renderReportIndex(reports, context)] as const, ...pages] : pages;
  }
  const files: (readonly [string, string])[] = [];
  for (const one of reports) {
    const text = format === "csv" ? await joined(csvText(answerOf(one))) : await tableOf(one);
    files.push([`${one.name}.${format === "csv" ? "csv" : "txt"}`, text]);
  }
  if (!isAll || format !== "csv") return files;
  const facts = await tables.database.ask("SELECT * FROM days ORDER BY date");
  return [...files, ["days.csv", await joined(csvText(facts))] as const];
}

async function tableOf(one: FilledReport): Promise<string> {
  return `${one.title}\n${one.meaning}\n\n${await tableText(answerOf(one))}\n`;
}

function answerOf({ columns, rows }: FilledReport): Answer {
  return { columns, rows: once(rows) };
}

async function* once(rows: FilledReport["rows"]): AsyncGenerator<FilledReport["rows"]> {
  yield rows;
}

async function joined(pieces: AsyncIterable<string>): Promise<string> {
  let text = "";
  for await (const piece of pieces) text += piece;
  return text;
}

function jsonOf(reports: readonly FilledReport[], { days, range }: LoadedTables): object {
  return {
    format: "daybook.report/1",
    reports: reports.map(({ name, title, meaning, columns, rows }) => ({
      name,
      title,
      meaning,
      rows: rows.map((row) => Object.fromEntries(columns.map((column, at) => [column, row[at] ?? null]))),
    })),
    range: range ?? null,
    days: summaryOf(days),
  };
}
