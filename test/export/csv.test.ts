import { describe, expect, it } from "vitest";
import { CsvWriter, csvColumns } from "../../src/export/csv.js";
import type { CsvOptions } from "../../src/export/csv.js";

const PLAIN: CsvOptions = { columns: ["A"], withOther: false, delimiter: ",", bom: false, raw: false };

/** The cell of a value, without its quotes. */
function cell(value: unknown, options: Partial<CsvOptions> = {}): string {
  const row = new CsvWriter({ ...PLAIN, ...options }).row(JSON.stringify({ A: value }));
  return row.slice(1, -3);
}

describe("a cell of the CSV", () => {
  it.each([
    ["=1+1", "'=1+1"],
    ["+cmd|' /C calc'!A0", "'+cmd|' /C calc'!A0"],
    ["-2+3", "'-2+3"],
    ["@SUM(A1)", "'@SUM(A1)"],
    ["\t=1", "'\t=1"],
    ["\r=1", "'\r=1"],
    ["\n=1", "'\n=1"],
    ["  =1", "'  =1"],
    ["\u00a0=1", "'\u00a0=1"],
    ["\u0000=1", "'\\u0000=1"],
    ["\uFF1D1", "'\uFF1D1"],
    ["\uFF0B1", "'\uFF0B1"],
    ["\uFF0D1+1", "'\uFF0D1+1"],
    ["\uFF20A", "'\uFF20A"],
    ["\tname", "'\tname"],
  ])("%j, which a spreadsheet program would run, gets an apostrophe in front", (text, expected) => {
    expect(cell(text)).toBe(expected);
  });

  it.each([
    ["a=b", "a=b"],
    ["Sales (EU)", "Sales (EU)"],
    [-5, "-5"],
    [-0.25, "-0.25"],
    ["-5", "-5"],
    [true, "true"],
    [null, ""],
    [undefined, ""],
    ['say "x"', 'say ""x""'],
    ["two\nlines", "two\nlines"],
    ["a\u202Eb\u0007", "a\\u202Eb\\u0007"],
    [["a", 1], '[""a"",1]'],
  ])("%j is no formula and stays %j", (value, expected) => {
    expect(cell(value)).toBe(expected);
  });

  it("of nested values that begin like a formula is guarded too", () => {
    expect(cell({ b: 1 })).toBe('{""b"":1}');
    expect(new CsvWriter(PLAIN).row('{"A":"\\u003d1"}')).toBe('"\'=1"\r\n');
  });

  it("keeps the spelling of every number", () => {
    const writer = new CsvWriter(PLAIN);

    expect(writer.row('{"A":1.0}')).toBe('"1.0"\r\n');
    expect(writer.row('{"A":12345678901234567890}')).toBe('"12345678901234567890"\r\n');
    expect(writer.row('{"A":{"b":[1e5,-0]}}')).toBe('"{""b"":[1e5,-0]}"\r\n');
  });

  it("that is too long for a spreadsheet program is cut, and counted", () => {
    const writer = new CsvWriter(PLAIN);

    const row = writer.row(JSON.stringify({ A: "x".repeat(40_000) }));

    expect(row).toHaveLength(32_767 + 4);
    expect(row.endsWith('x…"\r\n')).toBe(true);
    expect(writer.notes).toEqual([{ column: "A", guarded: 0, cut: 1 }]);
  });

  it("is left alone with --raw", () => {
    expect(cell("=1+1", { raw: true })).toBe("=1+1");
  });
});

describe("the CSV", () => {
  it("has a header, every field quoted, CR LF, and puts other fields into one column", () => {
    const writer = new CsvWriter({ ...PLAIN, columns: ["Id", "=x"], withOther: true, bom: true });

    expect(writer.header()).toBe('\uFEFF"Id","\'=x","_other"\r\n');
    expect(writer.row('{"Id":"1","Z":2.50,"B":[]}')).toBe('"1","","{""Z"":2.50,""B"":[]}"\r\n');
  });

  it("has the lake's columns first, then the others by name", () => {
    expect(csvColumns(["Id", "Activity"], ["Zone", "Activity", "*", "App"])).toEqual([
      "Id",
      "Activity",
      "App",
      "Zone",
    ]);
  });
});
