import { existsSync } from "node:fs";
import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { describe, expect, it, onTestFinished } from "vitest";
import { allRows } from "../../src/query/answer.js";
import { QUERY_DAY, blocksOf, queryDatabase } from "../support/query-database.js";

describe("a sealed database", () => {
  it.each([
    ["no statement", ""],
    ["two statements", "SELECT 1; SELECT 2"],
    ["a deletion", "DELETE FROM events"],
    ["a new table", "CREATE TABLE t AS SELECT 1"],
    ["a copy", "COPY (SELECT 1) TO '/dev/null'"],
    ["another database", "ATTACH ':memory:' AS other"],
    ["an extension", "INSTALL httpfs"],
    ["a setting", "SET memory_limit = '10GB'"],
    ["a pragma", "PRAGMA enable_external_access"],
    ["an unknown column", "SELECT NoSuchColumn FROM events"],
  ])("refuses %s", async (_what, sql) => {
    const database = await queryDatabase();
    await database.seal();

    await expect(database.ask(sql)).rejects.toMatchObject({ code: "QUERY_REFUSED" });
    await expect(database.writeParquet(sql)).rejects.toMatchObject({ code: "QUERY_REFUSED" });
  });

  it.each([
    ["a file", "SELECT * FROM read_text('/etc/hostname')"],
    ["a folder", "SELECT * FROM glob('/etc/*')"],
    ["a file by its name alone", "SELECT * FROM '/etc/hostname.csv'"],
    ["the network", "SELECT * FROM read_csv('http://127.0.0.1:1/x.csv')"],
  ])("reads nothing from %s", async (_what, sql) => {
    const database = await queryDatabase();
    await database.seal();

    await expect(database.ask(sql)).rejects.toMatchObject({ code: "QUERY_REFUSED" });
  });

  it("writes the answer and nothing else when a query tries to end the copy", async () => {
    const folder = await mkdtemp(join(tmpdir(), "daybook-query-test-"));
    onTestFinished(() => rm(folder, { recursive: true, force: true }));
    const target = join(folder, "stolen.csv");
    const database = await queryDatabase();
    await database.seal();

    await expect(database.writeParquet(`SELECT 1) TO '${target}'; COPY (SELECT 1`)).rejects.toMatchObject({
      code: "QUERY_REFUSED",
    });
    expect(existsSync(target)).toBe(false);
  });

  it("stops a query that takes too long", async () => {
    const database = await queryDatabase({ timeMs: 200 });
    await database.seal();

    const asked = database.ask("SELECT sum(a.range * b.range) FROM range(10000000) a, range(10000000) b");

    await expect(asked.then(allRows)).rejects.toMatchObject({ code: "QUERY_LIMIT" });
  });

  it("stops a query that takes too much memory", async () => {
    const database = await queryDatabase({ memoryBytes: 60_000_000 });
    await database.seal();

    const asked = database.ask("SELECT string_agg(repeat('x', 1000000) || range, '') FROM range(1000)");

    await expect(asked.then(allRows)).rejects.toMatchObject({ code: "QUERY_LIMIT" });
  });

  it("sorts what does not fit in memory, on disk", async () => {
    const database = await queryDatabase({ memoryBytes: 60_000_000 });
    await database.seal();

    const sql =
      "SELECT range FROM (SELECT range, repeat('x', 100) || (range * 7919 % 1000003) AS k FROM range(1000000)) ORDER BY k, range LIMIT 1 OFFSET 999999";

    expect(await allRows(await database.ask(sql))).toHaveLength(1);
  });
});

it("gives values as JSON has them", async () => {
  const database = await queryDatabase();
  await database.seal();

  const sql = `SELECT 1::BIGINT, 9007199254740993::BIGINT, 1.5::DECIMAL(5,2), 'NaN'::DOUBLE, NULL, true, [1, 2], {'a': 'b'},
    TIMESTAMPTZ '2026-11-20 07:55:15.123456Z', TIMESTAMP '2026-11-20 07:55:15', DATE '2026-11-20', sum(1)`;

  expect(await allRows(await database.ask(sql))).toEqual([
    [
      1,
      "9007199254740993",
      1.5,
      "NaN",
      null,
      true,
      [1, 2],
      { a: "b" },
      "2026-11-20T07:55:15.123456Z",
      "2026-11-20T07:55:15Z",
      "2026-11-20",
      1,
    ],
  ]);
});

it("takes a day whose lines end in an error for no day", async () => {
  const database = await queryDatabase();

  await expect(
    database.addEvents({ tenant: "contoso", day: QUERY_DAY, revision: 1, blocks: broken() }),
  ).rejects.toThrow("cut");
});

async function* broken(): AsyncGenerator<Uint8Array> {
  yield* blocksOf(['{"Id":"a"}']);
  throw new Error("cut");
}
