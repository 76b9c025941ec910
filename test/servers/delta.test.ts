import { readdir, rm } from "node:fs/promises";
import { join } from "node:path";
import { HOSTILE_LINES, batchOf, recordLines } from "daybook/plugin/contract";
import { afterEach, beforeAll, beforeEach, describe, expect, it } from "vitest";
import { ENGINE_NAMES } from "../../plugins/parquet/engine.js";
import type { EngineName } from "../../plugins/parquet/engine.js";
import { DAY_MS, parseUtcDay } from "../../src/model/utc-day.js";
import type { UtcDay } from "../../src/model/utc-day.js";
import { EVENT_COLUMNS } from "../../src/plugin/event-columns.js";
import { askClickHouse, installClickHouse } from "../support/delta-clickhouse.js";
import { lakeBlock } from "../support/lake-page.js";
import { parquetPlace } from "../support/parquet-place.js";
import type { ParquetPlace } from "../support/parquet-place.js";

const calm = new AbortController().signal;
const FIRST_MS = Date.parse("2026-01-01T00:00:00Z");
const dayAt = (index: number): UtcDay =>
  parseUtcDay(new Date(FIRST_MS + index * DAY_MS).toISOString().slice(0, 10)) as UtcDay;

const TYPES = { text: "String", integer: "Int32", boolean: "Bool", timestamp: "DateTime64(6)" } as const;

beforeAll(installClickHouse, 300_000);

interface Lake {
  readonly place: () => ParquetPlace;
  write(index: number, count: number, revision?: number): Promise<unknown>;
  ask(sql: string): readonly Record<string, unknown>[];
  counts(): readonly (readonly unknown[])[];
}

/** A new lake for each test. */
function lakeOf(engine: EngineName): Lake {
  let place: ParquetPlace;
  beforeEach(async () => {
    place = await parquetPlace(engine, "delta");
  });
  afterEach(async () => {
    await place.dispose();
  });
  const ask = (sql: string): readonly Record<string, unknown>[] =>
    askClickHouse(sql, { folder: place.lake, table: "tenant=contoso" });
  return {
    place: () => place,
    write: (index, count, revision = 1) => {
      const lines = recordLines(count, dayAt(index), revision * 100_000 + index * 1_000);
      return place.open().write(batchOf(lines, { day: dayAt(index), revision }), calm);
    },
    ask,
    counts: () =>
      ask(
        "SELECT date, toUInt32(count()) AS n, toUInt32(uniqExact(Id)) AS ids, max(revision) AS r FROM $table GROUP BY date ORDER BY date",
      ).map(({ date, n, ids, r }) => [date, n, ids, r]),
  };
}

describe.each(ENGINE_NAMES)("ClickHouse on the Delta table of %s", { timeout: 120_000 }, (engine) => {
  const lake = lakeOf(engine);

  it("sees each day once: replaced, empty, removed and delivered again", async () => {
    for (const index of [0, 1, 2, 3]) await lake.write(index, 5 + index);
    await lake.write(0, 11, 2);
    await lake.write(1, 0, 2);
    await lake.place().open().remove(dayAt(2), calm);
    const removed = lake.counts();
    await lake.write(2, 4, 2);

    expect(removed).toEqual([
      ["2026-01-01", 11, 11, 2],
      ["2026-01-04", 8, 8, 1],
    ]);
    expect(lake.counts()).toEqual([removed[0], ["2026-01-03", 4, 4, 2], removed[1]]);
  });

  it("answers the statement of docs/LAKE.md", async () => {
    await lake.write(0, 5);
    await lake.write(0, 9, 2);

    const rows = lake.ask(
      (await lakeBlock("ClickHouse", "sql")).replace("deltaLakeLocal('/srv/lake/tenant=contoso')", "$table"),
    );

    expect(rows.map(({ date, events }) => [date, events])).toEqual([["2026-01-01", 9]]);
  });

  it("sees the columns in their types, and every record line as it was sealed", async () => {
    const lines = [...recordLines(20, dayAt(0)), ...Object.values(HOSTILE_LINES).flat()];
    await lake
      .place()
      .open()
      .write(batchOf(lines, { day: dayAt(0) }), calm);

    const described = lake.ask("DESCRIBE $table");
    const events = lake.ask("SELECT event FROM $table ORDER BY record_no");

    expect(described.map(({ name, type }) => [name, type])).toEqual([
      ["date", "Nullable(Date32)"],
      ...EVENT_COLUMNS.map(({ name, type, required }) => [
        name,
        required ? TYPES[type] : `Nullable(${TYPES[type]})`,
      ]),
    ]);
    expect(events.map(({ event }) => event)).toEqual(lines);
  });

  it("finds events by their time, with the files that the log's bounds leave", async () => {
    const line = '{"Id":"late","CreationTime":"2026-01-01T23:59:59.9999999"}';
    await lake
      .place()
      .open()
      .write(batchOf([line], { day: dayAt(0) }), calm);
    await lake.write(1, 3);

    const found = lake.ask(
      "SELECT Id FROM $table WHERE CreationTime > '2026-01-01 23:59:59.999000' AND date < '2026-01-02'",
    );

    expect(found).toEqual([{ Id: "late" }]);
  });
});

describe("ClickHouse on the history of a Delta table", { timeout: 300_000 }, () => {
  const lake = lakeOf("hyparquet-writer");

  it("reads an older version while its files are there, and nothing of a day that was removed", async () => {
    await lake.write(0, 5);
    await lake.write(0, 9, 2);
    await lake.write(1, 7);

    const old = lake.ask(
      "SELECT max(revision) AS r, toUInt32(uniqExact(Id)) AS n FROM $table SETTINGS delta_lake_snapshot_version = 0",
    );
    await lake.place().open().remove(dayAt(0), calm);

    expect(old).toEqual([{ r: 1, n: 5 }]);
    expect(() => lake.ask("SELECT event FROM $table SETTINGS delta_lake_snapshot_version = 0")).toThrow(
      "No such file",
    );
    expect(lake.counts()).toEqual([["2026-01-02", 7, 7, 1]]);
  });

  it("reads the table from a checkpoint alone when the log before it is gone", async () => {
    for (let index = 0; index < 101; index += 1) await lake.write(index, 1);
    const log = join(lake.place().lake, "tenant=contoso", "_delta_log");
    const names = (await readdir(log)).filter((name) => name.endsWith(".json"));
    for (const name of names) if (Number(name.slice(0, 20)) < 100) await rm(join(log, name));
    await lake.write(0, 3, 2);

    const [found] = lake.ask("SELECT toUInt32(count()) AS n, toUInt32(uniqExact(date)) AS days FROM $table");

    expect(names.length).toBe(101);
    expect(found).toEqual({ n: 103, days: 101 });
  });
});
