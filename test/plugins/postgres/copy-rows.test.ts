import { describe, expect, it } from "vitest";
import { HOSTILE_LINES, batchOf, recordLine, recordLines } from "daybook/plugin/contract";
import { columnValue } from "../../../plugins/postgres/column-value.js";
import { COPY_COLUMNS, copyRow, copyRows } from "../../../plugins/postgres/copy-rows.js";

const { day } = batchOf([]);
const PLACE = { tenant: "contoso", day, records: 1 };

/** Reads a row as the server does: fields between tabs, `\N` for NULL, backslash escapes. */
function readRow(row: string): Readonly<Record<string, string | null>> {
  const letters: Readonly<Record<string, string>> = { n: "\n", t: "\t", r: "\r", "\\": "\\" };
  const fields = row.replace(/\n$/, "").split("\t");
  const values = fields.map((field) =>
    field === "\\N" ? null : field.replaceAll(/\\(.)/g, (_, letter: string) => letters[letter] ?? letter),
  );
  expect(values).toHaveLength(COPY_COLUMNS.length);
  return Object.fromEntries(COPY_COLUMNS.map((name, index) => [name, values[index] ?? null]));
}

function brokenRow(): string {
  return copyRow(PLACE, 3, '["secret"');
}

async function textOf(lines: readonly string[], records: number): Promise<string> {
  let text = "";
  for await (const chunk of copyRows({ ...PLACE, records }, batchOf(lines).blocks()))
    text += chunk.toString();
  return text;
}

describe("a row", () => {
  it.each(Object.entries(HOSTILE_LINES))("holds %s byte for byte, on one line", (_what, lines) => {
    for (const line of lines) {
      const row = copyRow(PLACE, 1, line);

      expect(readRow(row)["event"]).toBe(line);
      expect(row.indexOf("\n")).toBe(row.length - 1);
      expect(row).not.toContain("\0");
    }
  });

  it("holds texts that are syntax of COPY as texts", () => {
    const line = JSON.stringify({ Id: "\\N", Activity: "\\.", ReportName: "a\tb\nc\rd\\", UserId: "" });

    expect(readRow(copyRow(PLACE, 7, line))).toMatchObject({
      tenant: "contoso",
      day,
      record_no: "7",
      event_id: "\\N",
      activity: "\\.",
      report_name: "a\tb\nc\rd\\",
      user_id: "",
      operation: null,
    });
  });

  it("does not tell the event when its line is no object", () => {
    expect(brokenRow).toThrow(expect.objectContaining({ code: "SINK_MISMATCH" }));
    expect(brokenRow).not.toThrow(/secret/);
  });
});

describe("the rows of a day", () => {
  it("are numbered in the order of the lines, over many pieces", async () => {
    const rows = (await textOf(recordLines(1_000), 1_000)).trimEnd().split("\n").map(readRow);

    expect(rows.map((row) => row["record_no"])).toEqual(rows.map((_, index) => String(index + 1)));
    expect(rows.at(-1)?.["event"]).toBe(recordLine(999));
  });

  it.each([0, 2, 4])("are refused when %i were promised and 3 came", async (records) => {
    await expect(textOf(recordLines(3), records)).rejects.toMatchObject({ code: "SINK_MISMATCH" });
  });
});

describe("a typed value", () => {
  it.each([
    ["2026-11-20T07:55:15", "2026-11-20T07:55:15Z"],
    ["2026-11-20T07:55:15Z", "2026-11-20T07:55:15Z"],
    ["2026-11-20T23:59:59.9999999Z", "2026-11-20T23:59:59.999999Z"],
    ["2026-11-20T07:55:15.1+02:00", "2026-11-20T07:55:15.1+02:00"],
    ["2024-02-29T00:00:00", "2024-02-29T00:00:00Z"],
    ["0001-01-01T00:00:00", "0001-01-01T00:00:00Z"],
    ["2026-02-29T00:00:00", undefined],
    ["2026-11-31T00:00:00", undefined],
    ["0000-01-01T00:00:00", undefined],
    ["2026-11-20T24:00:00", undefined],
    ["2026-11-20T23:59:60", undefined],
    ["2026-11-20T12:00:00+15:00", undefined],
    ["2026-11-20", undefined],
    ["infinity", undefined],
    [1_763_625_600, undefined],
  ])("of the time %j is %j", (value, expected) => {
    expect(columnValue("timestamptz", value)).toBe(expected);
  });

  it.each([
    ["text", "a\0b", "a\ufffdb"],
    ["text", 17, "17"],
    ["text", 2 ** 60, undefined],
    ["text", true, undefined],
    ["text", { a: 1 }, undefined],
    ["text", null, undefined],
    ["integer", -(2 ** 31) + 1, "-2147483647"],
    ["integer", 2 ** 31, undefined],
    ["integer", 1.5, undefined],
    ["integer", "20", undefined],
    ["boolean", false, "false"],
    ["boolean", "false", undefined],
  ] as const)("for a column of type %s is of %j: %j", (type, value, expected) => {
    expect(columnValue(type, value)).toBe(expected);
  });
});
