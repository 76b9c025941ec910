import { cp, readFile, readdir, rm, writeFile } from "node:fs/promises";
import { basename, join } from "node:path";
import { DAY_MS, parseUtcDay } from "daybook/plugin";
import type { Host, UtcDay } from "daybook/plugin";
import { batchOf, recordLine, recordLines } from "daybook/plugin/contract";
import { afterEach, beforeEach, describe, expect, it } from "vitest";
import { systemClock } from "../../../src/io/clock.js";
import { codeOf, linesOf, stoppingAfter } from "../../support/delta-place.js";
import { readDeltaDay, readDeltaRows, readDeltaTable } from "../../support/delta-reader.js";
import { parquetPlace } from "../../support/parquet-place.js";
import type { ParquetPlace } from "../../support/parquet-place.js";
import { parquetFooter } from "../../support/parquet-rows.js";

const DAY = parseUtcDay("2026-11-20") as UtcDay;
const NEXT = parseUtcDay("2026-11-21") as UtcDay;
const OLD = recordLines(4);
const NEW = recordLines(7, DAY, 100);
const calm = new AbortController().signal;

function inDays(days: number): Partial<Host> {
  return { clock: { ...systemClock, now: () => systemClock.now() + days * DAY_MS } };
}

describe("the parquet sink with a Delta table", () => {
  let place: ParquetPlace;
  let table: string;

  beforeEach(async () => {
    place = await parquetPlace("hyparquet-writer", "delta");
    table = join(place.lake, "tenant=contoso");
  });
  afterEach(async () => {
    await place.dispose();
  });

  const filesOf = async (day: UtcDay): Promise<readonly string[]> =>
    (await readdir(join(table, `date=${day}`)).catch((): string[] => [])).toSorted();

  it("makes a table of reader version 1 and writer version 2 that has the files' own columns and the day", async () => {
    await place.open().write(batchOf(OLD), calm);

    const { version, protocol, metaData, adds, txns } = await readDeltaTable(table);
    const schema = JSON.parse(metaData?.schemaString ?? "") as { fields: { name: string; type: string }[] };
    const [path] = [...adds.keys()];
    const { schema: columns } = await parquetFooter(join(table, path ?? ""));

    expect(version).toBe(0);
    expect(protocol).toEqual({ minReaderVersion: 1, minWriterVersion: 2 });
    expect(metaData?.partitionColumns).toEqual(["date"]);
    expect(schema.fields.map(({ name }) => name)).toEqual([
      "date",
      ...columns.slice(1).map(({ name }) => name),
    ]);
    expect(schema.fields.slice(0, 6).map(({ type }) => type)).toEqual([
      "date",
      "integer",
      "integer",
      "string",
      "string",
      "timestamp",
    ]);
    expect(txns).toEqual(new Map([["daybook/2026-11-20", 1]]));
    expect(await readDeltaDay(table, DAY)).toEqual(OLD);
  });

  it("shows a replaced day once, in a file of a new name, and keeps the old file for readers of the old version", async () => {
    await place.open().write(batchOf(OLD), calm);
    const [old] = await filesOf(DAY);
    await place.open().write(batchOf(OLD.slice(2), { day: NEXT }), calm);
    await place.open().write(batchOf(NEW, { revision: 2 }), calm);

    const { version, adds, removes, txns } = await readDeltaTable(table);

    expect(version).toBe(2);
    expect(adds.size).toBe(2);
    expect([...removes]).toEqual([`date=2026-11-20/${old}`]);
    expect(txns.get("daybook/2026-11-20")).toBe(2);
    expect(await readDeltaDay(table, DAY)).toEqual(NEW);
    expect(await filesOf(DAY)).toContain(old);
    expect((await filesOf(DAY)).length).toBe(2);
  });

  it("removes replaced files after a week, at the next delivery", async () => {
    await place.open().write(batchOf(OLD), calm);
    await place.open().write(batchOf(NEW, { revision: 2 }), calm);

    await place.open("contoso", inDays(6)).write(batchOf(recordLines(1, NEXT), { day: NEXT }), calm);
    const before = await filesOf(DAY);
    await place
      .open("contoso", inDays(8))
      .write(batchOf(recordLines(2, NEXT), { day: NEXT, revision: 2 }), calm);

    expect(before.length).toBe(2);
    expect((await filesOf(DAY)).map((name) => name.slice(0, 2))).toEqual(["r2"]);
    expect(await readDeltaDay(table, DAY)).toEqual(NEW);
  });

  it("commits the same delivery once, and has an empty day in the log", async () => {
    const sink = place.open();
    await sink.write(batchOf(OLD), calm);
    await sink.write(batchOf(OLD), calm);
    await place.open().write(batchOf(OLD), calm);
    await sink.write(batchOf([], { revision: 2 }), calm);

    const { version, adds } = await readDeltaTable(table);

    expect(version).toBe(1);
    expect([...adds.values()].map(({ stats }) => stats)).toEqual([
      '{"numRecords":0,"nullCount":{"CreationTime":0}}',
    ]);
    expect(await readDeltaRows(table)).toEqual([]);
    expect(await linesOf(place.open(), DAY)).toEqual([]);
  });

  it("keeps nothing of a removed day but its number and its times", async () => {
    const secret = recordLine(1, DAY, { UserId: "canary@contoso.example", ReportName: "canary" });
    await place.open().write(batchOf([secret]), calm);
    await place.open().write(batchOf([secret, ...OLD], { revision: 2 }), calm);
    await place.open().write(batchOf(OLD, { day: NEXT }), calm);

    const receipt = await place.open().remove(DAY, calm);

    const left = await readdir(place.lake, { recursive: true, withFileTypes: true });
    const files = left
      .filter((entry) => entry.isFile())
      .map(({ parentPath, name }) => join(parentPath, name));
    const texts = await Promise.all(files.map((path) => readFile(path, "latin1")));
    expect(receipt).toEqual({ removed: 2 });
    expect(await filesOf(DAY)).toEqual([]);
    expect(await readDeltaDay(table, DAY)).toEqual([]);
    expect(await readDeltaDay(table, NEXT)).toEqual(OLD);
    expect(texts.length).toBeGreaterThan(4);
    expect(texts.filter((text) => text.includes("canary"))).toEqual([]);
    expect(await codeOf(linesOf(place.open(), DAY))).toBe("SINK_NOT_FOUND");
  });

  it.each([
    { what: "full by full", before: OLD, after: NEW },
    { what: "full by empty", before: OLD, after: [] },
    { what: "empty by full", before: [], after: NEW },
  ])(
    "shows one revision or the other wherever a delivery stops, $what, and completes it later",
    async (days) => {
      for (const isDone of [false, true]) {
        for (const changes of [0, 1, 2]) {
          const revision = changes * 2 + (isDone ? 8 : 2);
          await place.open().write(batchOf(days.before, { revision: revision - 1 }), calm);

          const stopped = place.open("contoso", stoppingAfter(changes, isDone));
          const code = await codeOf(stopped.write(batchOf(days.after, { revision }), calm));
          const shown = await readDeltaDay(table, DAY);
          await place.open().write(batchOf(days.after, { revision }), calm);

          // The second change is the commit; after it there is nothing to sweep.
          expect(code).toBe(changes === 2 ? "none" : "SINK_UNAVAILABLE");
          expect(shown).toEqual(changes === 2 || (changes === 1 && isDone) ? days.after : days.before);
          expect(await readDeltaDay(table, DAY)).toEqual(days.after);
          const { adds, removes } = await readDeltaTable(table);
          const known = [...adds.keys(), ...removes].map((path) => basename(path));
          expect(await filesOf(DAY)).toEqual(known.toSorted());
        }
      }
    },
  );

  it.each([false, true])("removes a day wherever that stops, the answer lost: %s", async (isDone) => {
    for (const changes of [0, 1, 2, 3]) {
      await place.open().write(batchOf(OLD), calm);
      await place.open().write(batchOf(NEW, { revision: 2 }), calm);

      const code = await codeOf(place.open("contoso", stoppingAfter(changes, isDone)).remove(DAY, calm));
      const shown = await readDeltaDay(table, DAY);
      const again = await codeOf(place.open().remove(DAY, calm));

      expect(code).toBe(changes === 3 ? "none" : "SINK_UNAVAILABLE");
      expect(shown).toEqual(changes === 0 && !isDone ? NEW : []);
      expect(again).toBe(changes === 3 || (changes === 2 && isDone) ? "SINK_NOT_FOUND" : "none");
      expect(await filesOf(DAY)).toEqual([]);
    }
  });

  it("loses no other writer's commit: two at once both stand", async () => {
    const days = Array.from({ length: 8 }, (_, index) => parseUtcDay(`2026-10-0${index + 1}`) as UtcDay);

    await Promise.all(days.map((day) => place.open().write(batchOf(recordLines(3, day), { day }), calm)));

    const { version, adds } = await readDeltaTable(table);
    expect(version).toBe(7);
    expect(new Set([...adds.values()].map(({ partitionValues }) => partitionValues["date"]))).toEqual(
      new Set(days),
    );
    expect(adds.size).toBe(8);
  });

  it("makes the table anew when its folder is gone, and repairs a file that is gone or another", async () => {
    const sink = place.open();
    await sink.write(batchOf(OLD), calm);
    await rm(table, { recursive: true });

    await sink.write(batchOf(OLD), calm);
    const [name] = await filesOf(DAY);
    await rm(join(table, `date=${DAY}`, name ?? ""));
    await sink.write(batchOf(OLD), calm);

    expect((await readDeltaTable(table)).version).toBe(0);
    expect(await readDeltaDay(table, DAY)).toEqual(OLD);
  });

  it("refuses a torn commit, an emptied log, and what other programs made of the table", async () => {
    const log = join(table, "_delta_log");
    const next = join(log, `${"1".padStart(20, "0")}.json`);
    const add = { path: "x.parquet", partitionValues: {}, size: 1, modificationTime: 1, dataChange: false };
    await place.open().write(batchOf(OLD), calm);

    const codes: Record<string, string> = {};
    for (const [what, text] of Object.entries({
      torn: '{"commitInfo":{}}\n{"add":{"pa',
      later: '{"protocol":{"minReaderVersion":3,"minWriterVersion":7}}\n',
      compacted: `${JSON.stringify({ add })}\n`,
    })) {
      await writeFile(next, text);
      codes[what] = await codeOf(place.open().write(batchOf(NEW, { revision: 2 }), calm));
      await rm(next);
    }
    await writeFile(next, "{}\n");
    await rm(join(log, `${"0".padStart(20, "0")}.json`));
    codes["emptied"] = await codeOf(place.open().write(batchOf(NEW, { revision: 2 }), calm));

    expect(codes).toEqual({
      torn: "SINK_MISMATCH",
      later: "SINK_CONFLICT",
      compacted: "SINK_CONFLICT",
      emptied: "SINK_MISMATCH",
    });
    expect((await filesOf(DAY)).filter((name) => name.startsWith("r1"))).toHaveLength(1);
  });

  it("takes no folder that has days without a table, and such a sink none with a table", async () => {
    const plain = await parquetPlace();
    try {
      await plain.open().write(batchOf(OLD), calm);
      await place.open().write(batchOf(OLD), calm);
      await cp(join(plain.lake, "tenant=contoso"), join(place.lake, "tenant=fabrikam"), { recursive: true });
      await cp(table, join(plain.lake, "tenant=fabrikam"), { recursive: true });

      const delta = place.open("fabrikam");
      const without = plain.open("fabrikam");
      expect(await codeOf(delta.check(calm))).toBe("SINK_CONFLICT");
      expect(await codeOf(delta.look?.(calm) ?? Promise.resolve())).toBe("SINK_CONFLICT");
      expect(await codeOf(delta.write(batchOf(OLD, { day: NEXT }), calm))).toBe("SINK_CONFLICT");
      expect(await codeOf(without.check(calm))).toBe("SINK_CONFLICT");
      expect(await codeOf(without.look?.(calm) ?? Promise.resolve())).toBe("SINK_CONFLICT");
    } finally {
      await plain.dispose();
    }
  });

  it("adds columns that a table of an older version lacks, and keeps those of a newer one", async () => {
    const log = join(table, "_delta_log", `${"0".padStart(20, "0")}.json`);
    await place.open().write(batchOf(OLD), calm);
    const text = await readFile(log, "utf8");
    const { schemaString } = (await readDeltaTable(table)).metaData ?? { schemaString: "" };
    const schema = JSON.parse(schemaString) as { fields: { name: string }[] };
    const last = schema.fields.at(-1);
    const other = [...schema.fields.slice(0, -1), { ...last, name: "OfTheFuture" }];
    const edited = JSON.stringify({ ...schema, fields: other });
    await rm(log);
    await writeFile(
      log,
      text.replace(JSON.stringify(schemaString), () => JSON.stringify(edited)),
    );

    await place.open().write(batchOf(NEW, { revision: 2 }), calm);

    const after = JSON.parse((await readDeltaTable(table)).metaData?.schemaString ?? "") as typeof schema;
    expect(after.fields).toEqual([...other, last]);
  });
});
