import { join } from "node:path";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import type { Sink } from "daybook/plugin";
import { batchOf, recordLines } from "daybook/plugin/contract";
import { newPlace, openPostgres } from "../support/postgres-place.js";
import { startPostgres } from "../support/postgres-server.js";
import type { PostgresServer } from "../support/postgres-server.js";

const SCHEMA_SQL = join(import.meta.dirname, "../../plugins/postgres/schema.sql");
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
  it("reads both tables and changes nothing", async () => {
    await server.query("CREATE ROLE analysts");
    const { open, schema } = newPlace(server, { readRole: "analysts" });
    await open().write(BATCH, signal);

    const [counted] = await as("analysts", `SELECT count(*) FROM ${schema}.activity_event`);

    expect(counted).toEqual({ count: "10" });
    expect(await as("analysts", `SELECT revision FROM ${schema}.archive_day`)).toHaveLength(1);
    const statements = [
      `INSERT INTO ${schema}.archive_day SELECT * FROM ${schema}.archive_day`,
      `UPDATE ${schema}.activity_event SET user_id = 'other'`,
      `DELETE FROM ${schema}.activity_event`,
      `TRUNCATE ${schema}.activity_event`,
      `DROP TABLE ${schema}.activity_event`,
      `CREATE TABLE ${schema}.mine ()`,
      `SELECT ${schema}.make_month('2030-01-01')`,
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
    expect(await as("daybook_reader", "SELECT count(*) FROM daybook.activity_event")).toEqual([
      { count: "10" },
    ]);
    await expect(as("daybook_writer", "DROP TABLE daybook.activity_event")).rejects.toMatchObject({
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
