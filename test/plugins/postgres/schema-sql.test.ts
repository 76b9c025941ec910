import { describe, expect, it } from "vitest";
import { COLUMNS } from "../../../plugins/postgres/columns.js";
import { COPY_COLUMNS } from "../../../plugins/postgres/copy-rows.js";
import { MIGRATIONS } from "../../../plugins/postgres/migrations.js";
import { schemaSql } from "../../../plugins/postgres/schema-sql.js";

const ROLES = { schema: "daybook", writeRole: "daybook_writer", readRole: "daybook_reader" };

describe("schema.sql", () => {
  it("writes every name so that it stays a name", () => {
    const text = schemaSql({ ...ROLES, readRole: 'we"ird; DROP' });

    expect(text).toContain('TO "we""ird; DROP";');
  });
});

describe("the tables", () => {
  it("have the columns that rows are copied into, in their order", () => {
    const create = /CREATE TABLE "daybook"\.activity_event \(([^]*?)\n\) PARTITION/.exec(
      schemaSql(ROLES),
    )?.[1];
    const names = create
      ?.split("\n")
      .map((line) => line.trim().split(" ")[0])
      .filter((name) => name && name !== "PRIMARY");

    expect(names).toEqual(COPY_COLUMNS);
  });

  it("have no two columns of one name", () => {
    expect(new Set(COPY_COLUMNS).size).toBe(COLUMNS.length + 4);
  });

  it("are made by migrations numbered without holes", () => {
    expect(MIGRATIONS.map(({ version }) => version)).toEqual(MIGRATIONS.map((_, index) => index + 1));
  });
});
