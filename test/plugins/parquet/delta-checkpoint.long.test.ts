import { readFile, readdir, rm } from "node:fs/promises";
import { join } from "node:path";
import { DAY_MS, parseUtcDay } from "daybook/plugin";
import type { UtcDay } from "daybook/plugin";
import { batchOf, recordLines } from "daybook/plugin/contract";
import { describe, expect, it } from "vitest";
import { codeOf, linesOf, stoppingAfter } from "../../support/delta-place.js";
import { readDeltaTable } from "../../support/delta-reader.js";
import { parquetPlace } from "../../support/parquet-place.js";

const calm = new AbortController().signal;

describe("checkpoints of the Delta table", () => {
  const first = Date.parse("2026-01-01T00:00:00Z");
  const dayAt = (index: number): UtcDay =>
    parseUtcDay(new Date(first + index * DAY_MS).toISOString().slice(0, 10)) as UtcDay;
  const batchAt = (index: number): ReturnType<typeof batchOf> =>
    batchOf(recordLines(1, dayAt(index), index), { day: dayAt(index) });

  it(
    "are written after a hundred commits, wherever that stops, and carry the table alone",
    { timeout: 60_000 },
    async () => {
      const place = await parquetPlace("hyparquet-writer", "delta");
      const table = join(place.lake, "tenant=contoso");
      const log = join(table, "_delta_log");
      try {
        const sink = place.open();
        for (let index = 0; index < 99; index += 1) await sink.write(batchAt(index), calm);
        await sink.remove(dayAt(5), calm);
        const stops: string[] = [];
        for (const [changes, isDone] of [
          [0, true],
          [1, false],
          [1, true],
        ] as const) {
          const at = 99 + stops.length;
          const stopped = place.open("contoso", stoppingAfter(2 + changes, isDone));
          stops.push(await codeOf(stopped.write(batchAt(at), calm)));
          expect((await readDeltaTable(table)).adds.size).toBe(at);
        }
        await place.open().write(batchAt(102), calm);
        const names = await readdir(log);
        const whole = await readDeltaTable(table);
        const pointer = JSON.parse(await readFile(join(log, "_last_checkpoint"), "utf8")) as {
          version: number;
        };
        // As the protocol's clean-up of the log leaves it.
        for (const name of names)
          if (name.endsWith(".json") && Number(name.slice(0, 20)) < pointer.version)
            await rm(join(log, name));
        const cleaned = await readDeltaTable(table);
        await place.open().write(batchAt(103), calm);
        await rm(join(log, "_last_checkpoint"));
        await place.open().write(batchAt(104), calm);

        expect(stops).toEqual(["SINK_UNAVAILABLE", "SINK_UNAVAILABLE", "SINK_UNAVAILABLE"]);
        expect(names.filter((name) => name.includes("checkpoint")).length).toBeGreaterThan(1);
        expect(cleaned).toEqual(whole);
        expect(whole.adds.size).toBe(102);
        expect(whole.txns.size).toBe(103);
        expect(await linesOf(place.open(), dayAt(50))).toEqual(recordLines(1, dayAt(50), 50));
        expect(await codeOf(linesOf(place.open(), dayAt(5)))).toBe("SINK_NOT_FOUND");
        expect(await linesOf(place.open(), dayAt(104))).toEqual(recordLines(1, dayAt(104), 104));
      } finally {
        await place.dispose();
      }
    },
  );
});
