import { join } from "node:path";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import type { Sink } from "daybook/plugin";
import { batchOf, recordLine, recordLines } from "daybook/plugin/contract";
import { newPlace, openPostgres } from "../support/postgres-place.js";
import { startPostgres } from "../support/postgres-server.js";
import type { PostgresServer } from "../support/postgres-server.js";

const PLUGIN = join(import.meta.dirname, "../../plugins/postgres");
const SCHEMA_SQL = join(PLUGIN, "schema.sql");
/** The tables as the first version made them. */
const FIRST_SCHEMA_SQL = join(import.meta.dirname, "../fixtures/postgres/schema-1.sql");
const { signal } = new AbortController();
const BATCH = batchOf(recordLines(10));
let server: PostgresServer;

beforeAll(async () => {
  server = await startPostgres();
});
afterAll(() => server.dispose());

/** Runs a statement with the rights of a role. */
async function as(role: string, sql: string): Promise<readonly Record<string, unknown>[]> {
  return server.query(`SET ROLE ${role}; ${sql}`);
}

async function firstLine(sink: Sink): Promise<string | undefined> {
  for await (const line of sink.read(BATCH.day, signal)) return line;
  return undefined;
}

describe("the role of the analysts", () => {
  it("reads tables and views and changes nothing", async () => {
    await server.query("CREATE ROLE analysts");
    const { open, schema } = newPlace(server, { readRole: "analysts" });
    await open().write(BATCH, signal);

    const [counted] = await as("analysts", `SELECT count(*) FROM ${schema}.events`);

    expect(counted).toEqual({ count: "10" });
    expect(await as("analysts", `SELECT revision FROM ${schema}.days`)).toHaveLength(1);
    for (const view of ["events_with_lines", "report_views", "active_people"])
      await expect(as("analysts", `SELECT * FROM ${schema}.${view}`)).resolves.toBeDefined();
    const statements = [
      `INSERT INTO ${schema}.days SELECT * FROM ${schema}.days`,
      `UPDATE ${schema}.events SET UserId = 'other'`,
      `DELETE FROM ${schema}.events`,
      `TRUNCATE ${schema}.events`,
      `DROP TABLE ${schema}.events`,
      `CREATE TABLE ${schema}.mine ()`,
      `SELECT ${schema}.make_month('2030-01-01')`,
      `SELECT ${schema}.drop_month('2030-01-01')`,
      `SELECT * FROM ${schema}.schema_version`,
    ];
    for (const forbidden of statements) {
      await expect(as("analysts", forbidden)).rejects.toMatchObject({ code: "42501" });
    }
  });

  it("must exist", async () => {
    const { open } = newPlace(server, { readRole: "nobody-here" });

    await expect(open().check(signal)).rejects.toMatchObject({ code: "SINK_REFUSED", retry: "never" });
  });
});

describe("a database whose tables a DBA makes", () => {
  it("is refused until schema.sql was run, and then written by a role that owns nothing", async () => {
    await server.query("CREATE ROLE daybook_writer LOGIN PASSWORD 'x'; CREATE ROLE daybook_reader");
    const sink = openPostgres(server.url("daybook_writer", "x"), { migrate: false });
    const operations = [
      () => sink.check(signal),
      () => sink.write(BATCH, signal),
      () => firstLine(sink),
      () => sink.remove(BATCH.day, signal),
    ];
    for (const call of operations) await expect(call()).rejects.toMatchObject({ code: "SINK_REFUSED" });

    server.psql(["--file", SCHEMA_SQL]);

    await sink.check(signal);
    await sink.write(BATCH, signal);
    await sink.remove(BATCH.day, signal);
    await sink.write(BATCH, signal);
    expect(await as("daybook_reader", "SELECT count(*) FROM daybook.events")).toEqual([{ count: "10" }]);
    await expect(as("daybook_writer", "DROP TABLE daybook.events")).rejects.toMatchObject({
      code: "42501",
    });
  });

  it("has the tables that Daybook makes by itself", async () => {
    const { open, schema } = newPlace(server);
    await open().write(BATCH, signal);
    const shape = (name: string): Promise<readonly Record<string, unknown>[]> =>
      server.query(
        `SELECT table_name, column_name, data_type, is_nullable FROM information_schema.columns
         WHERE table_schema = '${name}' ORDER BY table_name, ordinal_position`,
      );

    expect(await shape(schema)).toEqual(await shape("daybook"));
  });
});

async function rowsOf(old: PostgresServer): Promise<readonly Record<string, unknown>[]> {
  return old.query(
    `SELECT record_no, revision, id, activity, objecttype, workload, event FROM daybook.events_with_lines ORDER BY record_no`,
  );
}

describe("tables of version 1", () => {
  const LINES = [
    ...recordLines(3),
    recordLine(3, BATCH.day, { ObjectType: "Report", Workload: 7, ReportName: "tab\there" }),
    String.raw`{"Id":"nul","ObjectType":"a\u0000b"}`,
  ];
  const FILL = `INSERT INTO daybook.archive_day
      VALUES ('contoso', '${BATCH.day}', '${BATCH.tenantId}', 1, ${LINES.length}, '${"a".repeat(64)}', '${"b".repeat(64)}', '2030-01-01');
    SELECT daybook.make_month('${BATCH.day}');
    INSERT INTO daybook.activity_event (tenant, day, record_no, event_id, activity, event) VALUES
    ${LINES.map((line, index) => `('contoso', '${BATCH.day}', ${index + 1}, 'id ${index}', 'ViewReport', '${line.replaceAll("'", "''")}')`).join(",\n")}`;

  async function firstTables(): Promise<PostgresServer> {
    const old = await startPostgres();
    await old.query("CREATE ROLE daybook_writer LOGIN PASSWORD 'x'; CREATE ROLE daybook_reader");
    old.psql(["--file", FIRST_SCHEMA_SQL]);
    await old.query(FILL);
    return old;
  }

  const ROWS = LINES.map((event, index) => ({
    record_no: index + 1,
    revision: 1,
    id: `id ${index}`,
    activity: "ViewReport",
    objecttype: index === 3 ? "Report" : null,
    workload: index < 3 ? ((JSON.parse(event) as { Workload?: string }).Workload ?? null) : null,
    event,
  }));

  it("are upgraded by the next delivery, with their rows; a check leaves them", async () => {
    const old = await firstTables();
    try {
      const sink = openPostgres(old.url());
      await sink.check(signal);
      expect(await old.query("SELECT 1 FROM daybook.activity_event")).toHaveLength(LINES.length);
      await expect(firstLine(sink)).rejects.toMatchObject({ code: "SINK_REFUSED" });
      const next = "2026-12-01" as typeof BATCH.day;

      await sink.write(batchOf(recordLines(2, next), { day: next }), signal);
      await sink.remove(next, signal);

      expect(await rowsOf(old)).toEqual(ROWS);
      expect(await firstLine(sink)).toBe(LINES[0]);
      const tables = await old.query(
        "SELECT tablename FROM pg_tables WHERE schemaname = 'daybook' ORDER BY 1",
      );
      expect(tables.map(({ tablename }) => tablename)).toEqual([
        "days",
        "event_lines",
        "event_lines_2026_11",
        "events",
        "events_2026_11",
        "schema_version",
      ]);
    } finally {
      await old.dispose();
    }
  });

  it("are refused without migrate until a DBA has run upgrade.sql", async () => {
    const old = await firstTables();
    try {
      const sink = openPostgres(old.url("daybook_writer", "x"), { migrate: false });
      await expect(sink.check(signal)).rejects.toMatchObject({
        code: "SINK_REFUSED",
        hint: expect.stringContaining("upgrade.sql"),
      });

      old.psql(["--file", join(PLUGIN, "upgrade.sql")]);

      await sink.check(signal);
      expect(await rowsOf(old)).toEqual(ROWS);
      expect(await old.query("SET ROLE daybook_reader; SELECT id FROM daybook.events")).toHaveLength(
        LINES.length,
      );
      await sink.write(batchOf(recordLines(2), { revision: 2 }), signal);
      await sink.remove(BATCH.day, signal);
      expect(
        await old.query("SELECT 1 FROM pg_tables WHERE schemaname = 'daybook' AND tablename ~ '_2026_11'"),
      ).toEqual([]);
    } finally {
      await old.dispose();
    }
  });

  it("are refused to a role that does not own them, with what to do", async () => {
    const old = await firstTables();
    try {
      const failed = openPostgres(old.url("daybook_writer", "x")).check(signal);

      await expect(failed).rejects.toMatchObject({ hint: expect.stringContaining("upgrade.sql") });
    } finally {
      await old.dispose();
    }
  });
});

describe("a role without enough rights", () => {
  it("fails the check, which leaves nothing", async () => {
    await server.query("CREATE ROLE poor LOGIN PASSWORD 'x'");
    const sink = openPostgres(server.url("poor", "x"), { schema: "poor" });

    await expect(sink.check(signal)).rejects.toMatchObject({ code: "SINK_REFUSED", retry: "never" });

    await server.query("CREATE SCHEMA poor AUTHORIZATION poor");
    await sink.check(signal);
    expect(await server.query("SELECT 1 FROM pg_tables WHERE schemaname = 'poor'")).toEqual([]);
  });
});

describe("tables of a newer Daybook", () => {
  it("are left alone", async () => {
    const { open, schema } = newPlace(server);
    await open().write(BATCH, signal);
    await server.query(`INSERT INTO ${schema}.schema_version (version) VALUES (99)`);

    await expect(open().write(BATCH, signal)).rejects.toMatchObject({ code: "SINK_REFUSED" });
    await expect(firstLine(open())).rejects.toMatchObject({ code: "SINK_REFUSED" });
  });
});
