import { join } from "node:path";
import { HOSTILE_LINES, batchOf } from "daybook/plugin/contract";
import { afterEach, beforeEach, describe, expect, it, onTestFinished } from "vitest";
import { EVENT_COLUMNS, fitting } from "../../../src/plugin/event-columns.js";
import { ENGINE_NAMES } from "../../../plugins/parquet/engine.js";
import { parquetPlace } from "../../support/parquet-place.js";
import type { ParquetPlace } from "../../support/parquet-place.js";
import { parquetFooter, parquetMicros, parquetRows } from "../../support/parquet-rows.js";

const FILE = "tenant=contoso/date=2026-11-20/events.parquet";

describe("the columns", () => {
  it("have names that stay distinct where case does not count", () => {
    const names = EVENT_COLUMNS.map(({ name }) => name.toLowerCase());

    expect(new Set(names).size).toBe(names.length);
    expect(names).not.toContain("tenant");
    expect(names).not.toContain("date");
  });

  it.each([
    { text: "2026-11-20T07:55:15", iso: "2026-11-20T07:55:15.000Z" },
    { text: "2026-11-20T07:55:15Z", iso: "2026-11-20T07:55:15.000Z" },
    { text: "2026-11-20T07:55:15+02:00", iso: "2026-11-20T05:55:15.000Z" },
    { text: "0001-01-01T00:00:00", iso: "0001-01-01T00:00:00.000Z" },
  ])("take $text for $iso, whatever the zone of the machine", ({ text, iso }) => {
    expect(fitting("timestamp", text)).toBe(Date.parse(iso) * 1000);
  });

  it.each([
    { type: "timestamp", value: "2026-11-20" },
    { type: "timestamp", value: "2026-11-20T25:61:61Z" },
    { type: "timestamp", value: 20_261_120 },
    { type: "integer", value: "20" },
    { type: "integer", value: 20.5 },
    { type: "integer", value: 1e20 },
    { type: "boolean", value: "true" },
    { type: "boolean", value: 1 },
    { type: "text", value: 5 },
    { type: "text", value: "\ud800" },
    { type: "text", value: ["a"] },
    { type: "text", value: undefined },
  ] as const)("hold null for $value in a $type", ({ type, value }) => {
    expect(fitting(type, value)).toBeNull();
  });
});

describe.each(ENGINE_NAMES)("a file by %s", (engine) => {
  let place: ParquetPlace;

  beforeEach(async () => {
    place = await parquetPlace(engine);
  });
  afterEach(async () => {
    await place.dispose();
  });

  async function rowsOf(lines: readonly string[]): Promise<readonly Record<string, unknown>[]> {
    await place.open().write(batchOf(lines, { revision: 4 }), new AbortController().signal);
    return parquetRows(join(place.lake, FILE));
  }

  it("has each value under the source's name, in its type", async () => {
    const line =
      '{"Id":"a1","RecordType":20,"CreationTime":"2026-11-20T07:55:15","IsSuccess":false,"ReportName":"","UserId":"Zoë 🗄️"}';

    const rows = await rowsOf([line, '{"Id":null}']);

    expect(rows[0]).toMatchObject({
      record_no: 1,
      revision: 4,
      event: line,
      Id: "a1",
      RecordType: 20,
      IsSuccess: false,
      ReportName: "",
      UserId: "Zoë 🗄️",
      Activity: null,
    });
    expect(rows[0]?.CreationTime).toEqual(new Date("2026-11-20T07:55:15Z"));
    expect(rows[1]).toMatchObject({
      record_no: 2,
      revision: 4,
      event: '{"Id":null}',
      Id: null,
      CreationTime: null,
    });
  });

  it("keeps six digits of a second, and takes a time before 1970", async () => {
    await place
      .open()
      .write(
        batchOf([
          '{"CreationTime":"2026-11-20T07:55:15.1234567"}',
          '{"CreationTime":"1969-12-31T23:59:59.5"}',
        ]),
        new AbortController().signal,
      );

    expect(await parquetMicros(join(place.lake, FILE), "CreationTime")).toEqual([
      BigInt(Date.parse("2026-11-20T07:55:15.123Z")) * 1000n + 456n,
      -500_000n,
    ]);
  });

  it("has a row for every event and the same columns when fields are new or change their type (fault 78)", async () => {
    const lines = Object.values(HOSTILE_LINES).flat();

    const rows = await rowsOf(lines);

    expect(rows.map(({ event }) => event)).toEqual(lines);
    for (const row of rows) expect(Object.keys(row)).toEqual(EVENT_COLUMNS.map(({ name }) => name));
  });

  it("takes a field by its exact name when others differ in case only, and the last of those that repeat", async () => {
    const rows = await rowsOf([
      '{"ID":"upper","id":"lower","Id":"exact"}',
      '{"WorkspaceName":"another tool\'s","WorkSpaceName":"the source\'s"}',
      '{"id":"lower"}',
      '{"Id":"first","Id":"last"}',
    ]);

    expect(rows.map(({ Id }) => Id)).toEqual(["exact", null, null, "last"]);
    expect(rows.map(({ WorkSpaceName }) => WorkSpaceName)).toEqual([null, "the source's", null, null]);
  });

  it("has no index of pages that were never checked", async () => {
    await rowsOf(['{"Id":"a1"}']);

    const { row_groups: groups } = await parquetFooter(join(place.lake, FILE));

    expect(
      groups.flatMap(({ columns }) => columns).filter((column) => column.column_index_offset !== undefined),
    ).toEqual([]);
  });
});

describe("a file by parquetjs-lite", () => {
  it("has no statistics, which this writer puts in the wrong order", async () => {
    const place = await parquetPlace("parquetjs-lite");
    onTestFinished(() => place.dispose());
    await place.open().write(batchOf(['{"Id":"\\uff5e"}', '{"Id":"😀"}']), new AbortController().signal);

    const { row_groups: groups } = await parquetFooter(join(place.lake, FILE));

    expect(groups.flatMap(({ columns }) => columns.map(({ meta_data: meta }) => meta?.statistics))).toEqual(
      EVENT_COLUMNS.map(() => undefined),
    );
  });
});
