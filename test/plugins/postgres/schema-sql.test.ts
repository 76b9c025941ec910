import { describe, expect, it } from "vitest";
import { EVENT_COLUMNS } from "daybook/plugin";
import { COLUMNS } from "../../../plugins/postgres/columns.js";
import { EVENTS, EVENT_LINES } from "../../../plugins/postgres/copy-rows.js";
import { schemaFile } from "../../../plugins/postgres/schema-sql.js";

const ROLES = { schema: "daybook", writeRole: "daybook_writer", readRole: "daybook_reader" };

/** The names of the columns that the schema makes in a table, in their order. */
function columnsOf(table: string): readonly string[] {
  const create = new RegExp(`CREATE TABLE "daybook"\\.${table} \\(([^]*?)\\n\\)`).exec(
    schemaFile(ROLES),
  )?.[1];
  return (create ?? "")
    .split("\n")
    .map((line) => line.trim().split(" ")[0] ?? "")
    .filter((name) => name !== "" && name !== "PRIMARY");
}

describe("schema.sql", () => {
  it("writes every name so that it stays a name", () => {
    const text = schemaFile({ ...ROLES, readRole: 'we"ird; DROP' });

    expect(text).toContain('TO "we""ird; DROP";');
  });
});

describe("the tables", () => {
  it.each([EVENTS, EVENT_LINES])(
    "have the columns that rows are copied into: $table",
    ({ table, columns }) => {
      expect(columnsOf(table)).toEqual(columns);
    },
  );

  it("have every column of the lake by its name, and no two of one name", () => {
    const names = [...EVENTS.columns, ...EVENT_LINES.columns];

    expect(names).toEqual(expect.arrayContaining(EVENT_COLUMNS.map(({ name }) => name.toLowerCase())));
    expect(new Set(EVENTS.columns).size).toBe(COLUMNS.length + 4);
  });
});
