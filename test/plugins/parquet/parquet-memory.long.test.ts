import { setFlagsFromString } from "node:v8";
import { runInNewContext } from "node:vm";
import { batchOf, recordLine } from "daybook/plugin/contract";
import { expect, it, onTestFinished } from "vitest";
import { ENGINE_NAMES } from "../../../plugins/parquet/engine.js";
import { parseUtcDay } from "../../../src/model/utc-day.js";
import type { UtcDay } from "../../../src/model/utc-day.js";
import { parquetPlace } from "../../support/parquet-place.js";

const DAY = parseUtcDay("2026-11-20") as UtcDay;
const LINES = 30_000;
const LINE_BYTES = 8_000;
const SAMPLE_EVERY = 2_000;
// A row group holds 32 MiB of lines; beside them are their fields, and the pages being made or read.
const ALLOWED_BYTES = 170 << 20;
const calm = new AbortController().signal;

it.each(ENGINE_NAMES)(
  "holds one row group of a day of 240 MB, written by %s and read back",
  { timeout: 120_000 },
  async (engine) => {
    const place = await parquetPlace(engine);
    onTestFinished(() => place.dispose());
    const start = heldBytes();
    let peak = 0;
    let seen = 0;
    let shortest = Infinity;
    const sample = (): void => {
      seen += 1;
      if (seen % SAMPLE_EVERY === 0) peak = Math.max(peak, heldBytes() - start);
    };
    const batch = batchOf([], {
      records: LINES,
      async *lines() {
        for (let index = 0; index < LINES; index += 1) {
          sample();
          yield longLine(index);
        }
      },
    });

    await place.open().write(batch, calm);
    for await (const line of place.open().read(DAY, calm)) {
      sample();
      shortest = Math.min(shortest, line.length);
    }

    expect(seen).toBe(2 * LINES);
    expect(shortest).toBeGreaterThan(LINE_BYTES);
    expect(peak).toBeLessThan(ALLOWED_BYTES);
  },
);

function longLine(index: number): string {
  return recordLine(index, DAY, { Long: `${index} `.repeat(LINE_BYTES / 2).slice(0, LINE_BYTES) });
}

/** What is held, not what waits to be collected. */
function heldBytes(): number {
  setFlagsFromString("--expose-gc");
  const collectGarbage: unknown = runInNewContext("gc");
  if (typeof collectGarbage === "function") collectGarbage();
  const { heapUsed, external } = process.memoryUsage();
  return heapUsed + external;
}
