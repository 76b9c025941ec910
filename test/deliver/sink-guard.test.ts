import { setTimeout as sleep } from "node:timers/promises";
import { batchOf } from "daybook/plugin/contract";
import { describe, expect, it } from "vitest";
import { guardSink } from "../../src/deliver/sink-guard.js";
import { systemClock } from "../../src/io/clock.js";
import type { Sink } from "../../src/plugin/types.js";
import { silentLog } from "../support/plugin-host.js";

const signal = new AbortController().signal;
const DEADLINE_MS = 20;

const refuse = (): never => {
  throw new Error("not in this test");
};

/** Reads a day of a sink that waits so long before its first and before its second line. */
async function readLines(firstMs: number, secondMs: number): Promise<readonly string[]> {
  const sink: Sink = {
    check: refuse,
    write: refuse,
    async *read() {
      await sleep(firstMs);
      yield "first";
      await sleep(secondMs);
      yield "second";
    },
    remove: refuse,
    close: async () => {},
  };
  const guarded = guardSink(sink, {
    name: "lake",
    clock: systemClock,
    log: silentLog,
    deadlineMs: DEADLINE_MS,
  });
  const lines: string[] = [];
  for await (const line of guarded.read(batchOf([]).day, signal)) lines.push(line);
  return lines;
}

describe("a day read back from a sink", () => {
  it("may take long to begin: a view of a large day is fetched as a whole first", async () => {
    await expect(readLines(DEADLINE_MS * 10, 0)).resolves.toEqual(["first", "second"]);
  });

  it("must go on once it began", async () => {
    await expect(readLines(0, DEADLINE_MS * 100)).rejects.toMatchObject({ code: "SINK_UNAVAILABLE" });
  });

  it("must begin at last", async () => {
    await expect(readLines(DEADLINE_MS * 200, 0)).rejects.toMatchObject({ code: "SINK_UNAVAILABLE" });
  });
});
