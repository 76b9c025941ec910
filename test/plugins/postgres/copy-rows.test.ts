import { describe, expect, it } from "vitest";
import { HOSTILE_LINES, batchOf, recordLine, recordLines } from "daybook/plugin/contract";
import type { RowForm } from "../../../plugins/postgres/copy-rows.js";
import { columnValue } from "../../../plugins/postgres/column-value.js";
import { EVENTS, EVENT_LINES, copyRows } from "../../../plugins/postgres/copy-rows.js";

const { day } = batchOf([]);
const PLACE = { tenant: "contoso", day, revision: 2, records: 1 };

/** Reads a row as the server does: fields between tabs, `\N` for NULL, backslash escapes. */
function readRow({ columns }: RowForm, row: string): Readonly<Record<string, string | null>> {
  const letters: Readonly<Record<string, string>> = { n: "\n", t: "\t", r: "\r", "\\": "\\" };
  const fields = row.replace(/\n$/, "").split("\t");
  const values = fields.map((field) =>
    field === "\\N" ? null : field.replaceAll(/\\(.)/g, (_, letter: string) => letters[letter] ?? letter),
  );
  expect(values).toHaveLength(columns.length);
  return Object.fromEntries(columns.map((name, index) => [name, values[index] ?? null]));
}

function brokenRow(): string {
  return EVENTS.row(PLACE, 3, '["secret"');
}

async function textOf(form: RowForm, lines: readonly string[], records: number): Promise<string> {
  let text = "";
  for await (const chunk of copyRows(form, { ...PLACE, records }, batchOf(lines).blocks()))
    text += chunk.toString();
  return text;
}

describe("a row", () => {
  it.each(Object.entries(HOSTILE_LINES))("holds %s byte for byte, on one line", (_what, lines) => {
    for (const line of lines) {
      const typed = EVENTS.row(PLACE, 1, line);
      const whole = EVENT_LINES.row(PLACE, 1, line);

      expect(readRow(EVENT_LINES, whole)["event"]).toBe(line);
      expect([typed.indexOf("\n"), whole.indexOf("\n")]).toEqual([typed.length - 1, whole.length - 1]);
      expect(`${typed}${whole}`).not.toContain("\0");
    }
  });

  it("holds texts that are syntax of COPY as texts", () => {
    const line = JSON.stringify({ Id: "\\N", Activity: "\\.", ReportName: "a\tb\nc\rd\\", UserId: "" });

    expect(readRow(EVENTS, EVENTS.row(PLACE, 7, line))).toMatchObject({
      tenant: "contoso",
      date: day,
      record_no: "7",
      revision: "2",
      id: "\\N",
      activity: "\\.",
      reportname: "a\tb\nc\rd\\",
      userid: "",
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
    const text = await textOf(EVENT_LINES, recordLines(1_000), 1_000);
    const rows = text
      .trimEnd()
      .split("\n")
      .map((row) => readRow(EVENT_LINES, row));

    expect(rows.map((row) => row["record_no"])).toEqual(rows.map((_, index) => String(index + 1)));
    expect(rows.at(-1)?.["event"]).toBe(recordLine(999));
  });

  it.each([0, 2, 4])("are refused when %i were promised and 3 came", async (records) => {
    await expect(textOf(EVENTS, recordLines(3), records)).rejects.toMatchObject({ code: "SINK_MISMATCH" });
  });
});

describe("a typed value", () => {
  it.each([
    ["2026-11-20T07:55:15", "2026-11-20T07:55:15.000000Z"],
    ["2026-11-20T23:59:59.9999999Z", "2026-11-20T23:59:59.999999Z"],
    ["2026-11-20T07:55:15.1+02:00", "2026-11-20T05:55:15.100000Z"],
    ["0001-01-01T00:00:00", "0001-01-01T00:00:00.000000Z"],
    ["0001-01-01T00:00:00+01:00", undefined],
    ["0000-01-01T00:00:00", undefined],
    ["9999-12-31T23:30:00-01:00", undefined],
    ["2026-02-29T00:00:00", undefined],
    ["infinity", undefined],
    [1_763_625_600, undefined],
  ])("of the time %j is %j", (value, expected) => {
    expect(columnValue("timestamp", value)).toBe(expected);
  });

  it.each([
    ["text", "a\0b", "a\ufffdb"],
    ["text", "\ud800", undefined],
    ["text", 17, undefined],
    ["text", null, undefined],
    ["integer", -(2 ** 31) + 1, "-2147483647"],
    ["integer", 2 ** 31, undefined],
    ["integer", "20", undefined],
    ["boolean", false, "false"],
    ["boolean", "false", undefined],
  ] as const)("for a column of type %s is of %j: %j", (type, value, expected) => {
    expect(columnValue(type, value)).toBe(expected);
  });
});
