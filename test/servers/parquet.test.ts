import { HOSTILE_LINES, batchOf, recordLine, recordLines } from "daybook/plugin/contract";
import { afterEach, beforeAll, beforeEach, describe, expect, it } from "vitest";
import { parseUtcDay } from "../../src/model/utc-day.js";
import type { UtcDay } from "../../src/model/utc-day.js";
import { EVENT_COLUMNS, EVENT_FIELDS, fitting } from "../../src/plugin/event-columns.js";
import { ENGINE_NAMES } from "../../plugins/parquet/engine.js";
import type { EngineName } from "../../plugins/parquet/engine.js";
import { installDuckDb, openDuckDb } from "../support/parquet-duckdb.js";
import type { Query } from "../support/parquet-duckdb.js";
import { parquetPlace } from "../support/parquet-place.js";
import type { ParquetPlace } from "../support/parquet-place.js";

const DAYS = ["2026-11-18", "2026-11-19", "2026-11-20"].map((text) => parseUtcDay(text) as UtcDay);
const [FIRST, SECOND, THIRD] = DAYS as [UtcDay, UtcDay, UtcDay];
const calm = new AbortController().signal;

/** parquetjs-lite knows no logical types: its time is UTC by the older annotation, which DuckDB shows without a zone. */
const TIME_TYPE: Readonly<Record<EngineName, string>> = {
  "hyparquet-writer": "TIMESTAMP WITH TIME ZONE",
  "parquetjs-lite": "TIMESTAMP",
};

/** Texts whose order as UTF-16 and as UTF-8 differs, among others that readers trip over. */
const TEXTS = [
  "😀",
  "👩‍👩‍👧",
  "🗄️ Übersicht",
  "\uff5e full width",
  "\ue000 private",
  "\ufffd",
  "東京",
  "é",
  "e\u0301",
  "ß",
  "\u0000 nul",
  "\u2028",
  "\ufeff mark",
  "plain",
  "",
  " ",
  "'; DROP TABLE x; --",
  "長".repeat(5_000),
  "😀".repeat(40),
];

beforeAll(installDuckDb);

describe.each(ENGINE_NAMES)("DuckDB on the files of %s", (engine) => {
  let place: ParquetPlace;
  let query: Query;

  beforeEach(async () => {
    place = await parquetPlace(engine);
    query = await openDuckDb();
  });
  afterEach(async () => {
    await place.dispose();
  });

  const write = (day: UtcDay, lines: readonly string[], revision = 1, tenant = "contoso"): Promise<unknown> =>
    place.open(tenant).write(batchOf(lines, { day, revision, tenant }), calm);
  const files = (pattern: string): string =>
    `read_parquet('${place.lake}/${pattern}/events.parquet', hive_partitioning = true)`;
  const all = (): string => files("tenant=*/date=*");

  it("finds every record of every day and tenant once, by its id", async () => {
    const days = DAYS.map((day, index) => ({
      day,
      lines: recordLines(12_000 + index, day, index * 100_000),
    }));
    for (const { day, lines } of days) await write(day, lines);
    await write(FIRST, recordLines(5), 1, "fabrikam");

    const counts = await query(`SELECT tenant, date, count(*) AS n FROM ${all()} GROUP BY ALL ORDER BY ALL`);
    const ids = await query(`SELECT Id FROM ${files("tenant=contoso/date=*")} ORDER BY date, record_no`);

    expect(counts).toEqual([
      { tenant: "contoso", date: "2026-11-18", n: "12000" },
      { tenant: "contoso", date: "2026-11-19", n: "12001" },
      { tenant: "contoso", date: "2026-11-20", n: "12002" },
      { tenant: "fabrikam", date: "2026-11-18", n: "5" },
    ]);
    expect(ids.map(({ Id }) => Id)).toEqual(
      days.flatMap(({ lines }) => lines.map((line) => (JSON.parse(line) as { Id: string }).Id)),
    );
  });

  it("sees each column in its type", async () => {
    await write(FIRST, recordLines(3));
    const types = { text: "VARCHAR", integer: "INTEGER", boolean: "BOOLEAN", timestamp: TIME_TYPE[engine] };

    const described = await query(`DESCRIBE SELECT * EXCLUDE (tenant, date) FROM ${all()}`);

    expect(described.map((row) => [row.column_name, row.column_type])).toEqual(
      EVENT_COLUMNS.map(({ name, type }) => [name, types[type]]),
    );
  });

  it("reads times as UTC in whatever zone it is asked", async () => {
    await write(FIRST, ['{"CreationTime":"2026-11-18T23:30:15"}', '{"CreationTime":"0001-01-01T00:00:00Z"}']);

    await query("SET TimeZone = 'America/New_York'");
    const times = await query(`SELECT epoch_ms(CreationTime) AS ms FROM ${all()} ORDER BY record_no`);

    expect(times.map(({ ms }) => Number(ms))).toEqual([
      Date.parse("2026-11-18T23:30:15Z"),
      Date.parse("0001-01-01T00:00:00Z"),
    ]);
  });

  it("finds values and nulls where the events have them, whatever the events are (fault 78)", async () => {
    const lines = [
      ...recordLines(20),
      ...Object.values(HOSTILE_LINES).flat(),
      ...recordLines(20, FIRST, 500),
    ];
    await write(FIRST, lines);
    const events = lines.map((line) => JSON.parse(line) as Record<string, unknown>);

    const counts = EVENT_FIELDS.map(({ name }) => `count("${name}") AS "${name}"`).join(", ");
    const [found] = await query(`SELECT count(*) AS n, count(event) AS event, ${counts} FROM ${all()}`);
    const stored = await query(`SELECT event FROM ${all()} ORDER BY record_no`);

    const expected = EVENT_FIELDS.map(({ name, type }) => {
      const present = events.filter((event) => fitting(type, event[name]) !== null);
      return [name, String(present.length)];
    });
    expect(found).toEqual({
      n: String(lines.length),
      event: String(lines.length),
      ...Object.fromEntries(expected),
    });
    expect(stored.map(({ event }) => event)).toEqual(lines);
  });

  it("reads a field that has no column from the event", async () => {
    await write(FIRST, [...recordLines(10), recordLine(11, FIRST, { BrandNewField: "Zoë 🗄️" })]);

    const rows = await query(`SELECT Id FROM ${all()} WHERE event->>'$.BrandNewField' = $text`, {
      text: "Zoë 🗄️",
    });

    expect(rows).toEqual([{ Id: "00000000-0000-4000-8000-000000000011" }]);
  });

  it("finds a text beyond ASCII by WHERE, alone and among others, over row groups", async () => {
    const line = (text: string, index: number): string => recordLine(index, FIRST, { ReportName: text });
    await write(FIRST, TEXTS.map(line));
    await write(SECOND, [
      ...recordLines(10_000, SECOND),
      ...TEXTS.map(line),
      ...recordLines(50, SECOND, 20_000),
    ]);
    for (const [index, text] of TEXTS.entries())
      await write(THIRD, [line(text, index)], index + 1, `t${index}`);

    for (const text of TEXTS) {
      const rows = await query(`SELECT date, tenant FROM ${all()} WHERE ReportName = $text ORDER BY ALL`, {
        text,
      });
      const range = await query(
        `SELECT count(*) AS n FROM ${all()} WHERE ReportName >= $text AND ReportName <= $text`,
        {
          text,
        },
      );

      expect({ text, days: rows.map(({ date }) => date) }).toEqual({ text, days: DAYS });
      expect(range).toEqual([{ n: "3" }]);
    }
  });

  it("counts no day twice after a new revision, and no event of a day that became empty", async () => {
    await write(FIRST, recordLines(40));
    await write(SECOND, recordLines(7, SECOND));
    await write(FIRST, recordLines(50), 2);

    const counted = await query(
      `SELECT count(*) AS n, count(DISTINCT Id) AS ids FROM ${files("tenant=*/date=2026-11-18")}`,
    );
    await write(FIRST, [], 3);
    const afresh = await openDuckDb();
    const left = await afresh(`SELECT DISTINCT date, revision FROM ${all()}`);

    expect(counted).toEqual([{ n: "50", ids: "50" }]);
    expect(left).toEqual([{ date: "2026-11-19", revision: 1 }]);
  });
});
