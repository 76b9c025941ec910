import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { DaybookError } from "daybook/plugin";
import type { Sink } from "daybook/plugin";
import { HOSTILE_LINES, batchOf, recordLine, recordLines, sinkContract } from "daybook/plugin/contract";
import { newPlace, openPostgres, postgresMaker } from "../support/postgres-place.js";
import { startPostgres } from "../support/postgres-server.js";
import type { PostgresServer } from "../support/postgres-server.js";

const { signal } = new AbortController();
const OLD = batchOf(recordLines(40));
const day = OLD.day;
let server: PostgresServer;

beforeAll(async () => {
  server = await startPostgres();
});
afterAll(() => server.dispose());

sinkContract(
  "postgres",
  postgresMaker(() => server),
);

async function linesOf(sink: Sink): Promise<readonly string[]> {
  const lines: string[] = [];
  for await (const line of sink.read(day, signal)) lines.push(line);
  return lines;
}

/** How many rows of `events` each partition has. */
function partsOf(schema: string): Promise<readonly Record<string, unknown>[]> {
  return server.query(
    `SELECT tableoid::regclass::text AS part, count(*) AS rows FROM ${schema}.events GROUP BY 1 ORDER BY 1`,
  );
}

/** A second revision that calls `act` after many of its lines, and then goes on or stalls. */
const cutOff = (act: () => Promise<unknown>, stalls = false) =>
  batchOf(recordLines(30_000, day, 100), {
    revision: 2,
    async *lines() {
      yield* recordLines(20_000, day, 100);
      await act();
      if (stalls) await new Promise<never>(() => {});
      yield* recordLines(10_000, day, 20_100);
    },
  });

describe("a day in PostgreSQL", () => {
  it("gives back the records in their order, short and long", async () => {
    const lines = [
      ...Object.values(HOSTILE_LINES).flat(),
      ...recordLines(3_000),
      recordLine(1, day, { ReportName: "x".repeat(9_000_000) }),
    ];
    const { open } = newPlace(server);

    await open().write(batchOf(lines), signal);

    expect(await linesOf(open())).toEqual(lines);
  });

  it("has typed columns, where NULL stands for what does not fit and a mark for what a text cannot hold", async () => {
    const { open, schema } = newPlace(server);
    const lines = [
      String.raw`{"Id":"a\u0000b","CreationTime":"2026-11-20T23:59:59.9999999","RecordType":20,"IsSuccess":false,"ClientIP":"::1"}`,
      String.raw`{"Id":"\ud800","CreationTime":"2026-02-30T00:00:00","RecordType":2147483648,"IsSuccess":"yes","ClientIP":{}}`,
      String.raw`{"Id":17,"CreationTime":"2026-11-20T12:00:00+02:00","WorkSpaceName":"tab\tline\n\\N","UserId":"'; DROP TABLE x; --"}`,
    ];

    await open().write(batchOf(lines), signal);

    const columns = "Id, CreationTime::text, RecordType, IsSuccess, ClientIP, WorkSpaceName, UserId";
    const rows = await server.query(
      `SET TimeZone = 'UTC'; SELECT ${columns} FROM ${schema}.events ORDER BY record_no`,
    );
    expect(rows.map((row) => Object.values(row))).toEqual([
      ["a\ufffdb", "2026-11-20 23:59:59.999999+00", 20, false, "::1", null, null],
      [null, null, null, null, null, null, null],
      [null, "2026-11-20 10:00:00+00", null, null, null, "tab\tline\n\\N", "'; DROP TABLE x; --"],
    ]);
  });

  it("is told in days with its revision, count and hashes", async () => {
    const { open, schema } = newPlace(server);
    await open().write(OLD, signal);
    const empty = batchOf([], { revision: 2 });

    await open().write(empty, signal);

    const columns = "tenant, tenant_id, date::text, revision, records, manifest_sha256, event_set_sha256";
    expect(await server.query(`SELECT ${columns} FROM ${schema}.days`)).toEqual([
      {
        tenant: "contoso",
        tenant_id: empty.tenantId,
        date: day,
        revision: 2,
        records: "0",
        manifest_sha256: empty.manifestSha256,
        event_set_sha256: empty.eventSetSha256,
      },
    ]);
  });

  it("lies in the partition of its month, which two writers may make at once", async () => {
    const { open, schema } = newPlace(server);
    const days = ["2026-12-30", "2026-12-31", "2027-01-01"].map((text) => text as typeof day);

    await Promise.all(days.map((each) => open().write(batchOf(recordLines(5, each), { day: each }), signal)));

    expect(await partsOf(schema)).toEqual([
      { part: `${schema}.events_2026_12`, rows: "10" },
      { part: `${schema}.events_2027_01`, rows: "5" },
    ]);
  });

  it("takes its month with it when it was the last of any tenant", async () => {
    const { open, schema } = newPlace(server);
    const days = ["2026-12-30", "2027-01-01"].map((text) => text as typeof day);
    for (const each of days) await open().write(batchOf(recordLines(5, each), { day: each }), signal);
    await open("fabrikam").write(batchOf(recordLines(2, days[1]), { day: days[1] ?? day }), signal);

    const notes = [];
    for (const each of days) notes.push((await open().remove(each, signal)).note);

    expect(notes).toEqual([
      "5 rows; the server frees their space with the month",
      "5 rows; the server frees their space at its next vacuum",
    ]);
    expect(await partsOf(schema)).toEqual([{ part: `${schema}.events_2027_01`, rows: "2" }]);
    const tables = await server.query(`SELECT 1 FROM pg_tables WHERE schemaname = '${schema}'`);
    expect(tables).toHaveLength(6);
  });

  it("keeps its month while another day of it is being written", async () => {
    const { open, schema } = newPlace(server);
    await open().write(OLD, signal);
    const next = "2026-11-21" as typeof day;
    let removed: Promise<unknown> | undefined;
    const during = batchOf(recordLines(20_000, next), {
      day: next,
      async *lines() {
        // Each table has the lines once.
        removed ??= open().remove(day, signal);
        await removed;
        yield* recordLines(20_000, next);
      },
    });
    expect(day).toBe("2026-11-20");

    await open().write(during, signal);

    expect(await partsOf(schema)).toEqual([{ part: `${schema}.events_2026_11`, rows: "20000" }]);
  });
});

describe("a delivery that is cut off", () => {
  it("leaves the old view when the server is killed half-way and comes back", async () => {
    const { open } = newPlace(server);
    await open().write(OLD, signal);

    const failed = open().write(
      cutOff(() => server.kill()),
      signal,
    );

    await expect(failed).rejects.toMatchObject({ code: "SINK_UNAVAILABLE", retry: "backoff" });
    await server.start();
    expect(await linesOf(open())).toEqual(recordLines(40));
  });

  it("keeps what a receipt was given for, whatever happens right afterwards", async () => {
    const { open } = newPlace(server);

    await open().write(OLD, signal);
    await server.kill();
    await server.start();

    expect(await linesOf(open())).toEqual(recordLines(40));
  });

  it("ends at once when the server ends the connection, though the lines stall", async () => {
    const { open } = newPlace(server);
    await open().write(OLD, signal);
    const terminate = () =>
      server.query(
        "SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE application_name = 'daybook'",
      );

    const failed = open().write(cutOff(terminate, true), signal);

    await expect(failed).rejects.toMatchObject({ code: "SINK_UNAVAILABLE" });
    expect(await linesOf(open())).toEqual(recordLines(40));
  });

  it("stops at once when it is aborted while it waits for another writer of the day", async () => {
    const { open } = newPlace(server);
    const stop = new AbortController();
    let waited: Promise<unknown> = Promise.resolve();
    const first = cutOff(async () => {
      waited = open().write(OLD, stop.signal);
      setTimeout(() => stop.abort(new Error("stopped by the test")), 100);
      await expect(waited).rejects.toThrow("stopped by the test");
    });

    await open().write(first, signal);

    expect(await linesOf(open())).toHaveLength(30_000);
  });

  it("fails as an outage when a statement takes too long", async () => {
    const { open } = newPlace(server, { statementTimeoutSeconds: 1 });
    const slow = cutOff(() => new Promise((resolve) => setTimeout(resolve, 1_500)));

    await expect(open().write(slow, signal)).rejects.toMatchObject({ code: "SINK_UNAVAILABLE" });
  });

  it("passes on what went wrong with the lines", async () => {
    const broken = new DaybookError("ARCHIVE_DAMAGED", { message: "injected" });

    const failed = newPlace(server)
      .open()
      .write(
        cutOff(() => Promise.reject(broken)),
        signal,
      );

    await expect(failed).rejects.toBe(broken);
  });
});

describe("a connection", () => {
  it("can be made over the server's Unix socket", async () => {
    const url = new URL(server.url());
    url.searchParams.set("host", server.folder);

    await expect(openPostgres(url.href).check(signal)).resolves.toBeUndefined();
  });

  it.each(["", "wrong"])("is refused with the password %j", async (password) => {
    const failed = openPostgres(server.url("archiver", password)).check(signal);

    await expect(failed).rejects.toMatchObject({ code: "SINK_REFUSED", retry: "never" });
  });

  it("is refused to a database in another encoding, which could not keep every line", async () => {
    await server.query("CREATE DATABASE ascii ENCODING 'SQL_ASCII' LOCALE 'C' TEMPLATE template0");

    const failed = openPostgres(server.url().replace(/postgres$/, "ascii")).check(signal);

    await expect(failed).rejects.toMatchObject({ code: "SINK_REFUSED" });
  });

  it("to a server that only reads is an outage: after a failover the primary comes back", async () => {
    await server.query("CREATE ROLE reading LOGIN PASSWORD 'x' SUPERUSER");
    await server.query("ALTER ROLE reading SET default_transaction_read_only = on");

    const failed = openPostgres(server.url("reading", "x")).check(signal);

    await expect(failed).rejects.toMatchObject({ code: "SINK_UNAVAILABLE" });
  });
});
