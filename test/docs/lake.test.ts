import { readFile } from "node:fs/promises";
import { join } from "node:path";
import { DuckDBInstance } from "@duckdb/node-api";
import { batchOf, recordLines } from "daybook/plugin/contract";
import { describe, expect, it } from "vitest";
import { parse } from "yaml";
import azureBlob from "../../plugins/azure-blob/index.js";
import { parquetOptions } from "../../plugins/parquet/options.js";
import type { Table } from "../../plugins/parquet/options.js";
import { parseUtcDay } from "../../src/model/utc-day.js";
import type { UtcDay } from "../../src/model/utc-day.js";
import { EVENT_COLUMNS } from "../../src/plugin/event-columns.js";
import { lakeBlock } from "../support/lake-page.js";
import { parquetPlace } from "../support/parquet-place.js";

const docs = join(import.meta.dirname, "..", "..", "docs");
const calm = new AbortController().signal;
const [FIRST, SECOND] = ["2026-11-19", "2026-11-20"].map((text) => parseUtcDay(text) as UtcDay) as [
  UtcDay,
  UtcDay,
];

describe("docs/LAKE.md", () => {
  it.each<{ heading: string; table: Table; lake: string }>([
    { heading: "DuckDB", table: "delta", lake: "/srv/lake" },
    { heading: "Without a table format", table: "none", lake: "/srv/plain" },
  ])("has statements for $heading that count each day once", async ({ heading, table, lake }) => {
    const place = await parquetPlace("hyparquet-writer", table);
    try {
      await place.open().write(batchOf(recordLines(5, FIRST), { day: FIRST }), calm);
      await place.open().write(batchOf(recordLines(9, FIRST, 100), { day: FIRST, revision: 2 }), calm);
      await place.open().write(batchOf(recordLines(3, SECOND), { day: SECOND }), calm);
      const sql = (await lakeBlock(heading, "sql")).replaceAll(lake, place.lake);

      const connection = await (await DuckDBInstance.create(":memory:")).connect();
      const statements = await connection.extractStatements(sql);
      for (let at = 0; at < statements.count - 1; at += 1) await (await statements.prepare(at)).run();
      const last = await statements.prepare(statements.count - 1);
      const rows = (await last.runAndReadAll()).getRowObjectsJson();

      expect(rows.map(({ date, events }) => [date, events])).toEqual([
        [FIRST, "9"],
        [SECOND, "3"],
      ]);
    } finally {
      await place.dispose();
    }
  });

  it("has a sink that the plugins accept", async () => {
    const { sinks } = parse(await lakeBlock("", "yaml")) as {
      readonly sinks: { readonly lake: Record<string, unknown> };
    };
    const { use: _use, keep: _keep, ...options } = sinks.lake;

    const { to, table } = parquetOptions.parse(options);
    const { use, ...store } = to;

    expect(table).toBe("delta");
    expect(use).toBe("azure-blob");
    expect(azureBlob.options.safeParse(store).error).toBeUndefined();
  });

  it("comes with files to start from that name the lake's columns", async () => {
    const pbids = JSON.parse(await readFile(join(docs, "lake", "fabric-endpoint.pbids"), "utf8")) as {
      readonly version: string;
    };
    const query = await readFile(join(docs, "lake", "events.pq"), "utf8");
    const sql = await readFile(join(docs, "lake", "azure-sql.sql"), "utf8");
    const removed = /RemoveColumns\(\w+, \{"(\w+)"\}\)/.exec(query)?.[1];

    expect(pbids.version).toBe("0.1");
    expect(EVENT_COLUMNS.map(({ name }) => name)).toContain(removed);
    for (const { name } of EVENT_COLUMNS) expect(sql.split(`  [${name}] `).length).toBe(3);
  });
});
