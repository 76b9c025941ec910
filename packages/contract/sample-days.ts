import { strict as assert } from "node:assert";
import { createHash } from "node:crypto";
import { parseUtcDay } from "../../src/model/utc-day.js";
import type { UtcDay } from "../../src/model/utc-day.js";
import type { Batch, Receipt, Sink } from "../../src/plugin/types.js";
import { CALM, collect, rejectsWith } from "./sample-objects.js";

export const DAY = dayOf("2026-11-20");

export function dayOf(text: string): UtcDay {
  const day = parseUtcDay(text);
  assert.ok(day !== undefined, `${text} is no day`);
  return day;
}

/** An ordinary record line; `number` makes it distinct. */
export function recordLine(number: number, day: UtcDay = DAY, more: object = {}): string {
  const time = `${day}T${String(number % 24).padStart(2, "0")}:${String(number % 60).padStart(2, "0")}:00`;
  const id = `00000000-0000-4000-8000-${String(number).padStart(12, "0")}`;
  return JSON.stringify({
    Id: id,
    RecordType: 20,
    CreationTime: time,
    Operation: "ViewReport",
    Activity: "ViewReport",
    UserId: `user${number % 50}@contoso.example`,
    Workload: "PowerBI",
    IsSuccess: true,
    ...more,
  });
}

export function recordLines(count: number, day: UtcDay = DAY, from = 0): readonly string[] {
  return Array.from({ length: count }, (_, index) => recordLine(from + index, day));
}

/** A batch of the lines, as the core would make it; `more` replaces parts of it. Frozen, as the core's are. */
export function batchOf(lines: readonly string[], more: Partial<Batch> = {}): Batch {
  const revision = more.revision ?? 1;
  const eachOf = more.lines ?? (() => inTurn(lines));
  return Object.freeze({
    tenant: "contoso",
    tenantId: "8d5b3f6e-2f0c-4f7e-9a51-3f1f0f6f2a11",
    day: DAY,
    revision,
    manifestSha256: createHash("sha256")
      .update(JSON.stringify([revision, lines]))
      .digest("hex"),
    records: lines.length,
    eventSetSha256: eventSetOf(lines),
    retainUntil: dayOf("2033-11-20"),
    lines: eachOf,
    blocks: () => blocksOf(eachOf()),
    ...more,
  });
}

async function* inTurn(lines: readonly string[]): AsyncGenerator<string> {
  yield* lines;
}

const LINES_PER_BLOCK = 3;

/** Few lines a block, so that a small day has several; lines before an error are still given. */
async function* blocksOf(lines: AsyncIterable<string>): AsyncGenerator<Uint8Array> {
  let block: string[] = [];
  try {
    for await (const line of lines) {
      block.push(line);
      if (block.length < LINES_PER_BLOCK) continue;
      yield blockOf(block);
      block = [];
    }
  } catch (error) {
    if (block.length > 0) yield blockOf(block);
    throw error;
  }
  if (block.length > 0) yield blockOf(block);
}

function blockOf(lines: readonly string[]): Uint8Array {
  return Buffer.from(lines.map((line) => `${line}\n`).join(""));
}

/** The same batch whose lines break off with an error after `after` of them. */
export function breakingBatch(lines: readonly string[], after: number, more: Partial<Batch> = {}): Batch {
  return batchOf(lines, {
    ...more,
    async *lines() {
      yield* lines.slice(0, after);
      throw new Error("the reader broke");
    },
  });
}

export function write(sink: Sink, lines: readonly string[], more: Partial<Batch> = {}): Promise<Receipt> {
  return sink.write(batchOf(lines, more), CALM);
}

/** Passes when the sink holds exactly these lines for the day, in whatever order. */
export async function holds(sink: Sink, lines: readonly string[], day: UtcDay = DAY): Promise<void> {
  const found = (await collect(sink.read(day, CALM))).toSorted();
  const expected = lines.toSorted();
  assert.equal(
    found.length,
    expected.length,
    `${day}: expected ${expected.length} lines, found ${found.length}`,
  );
  expected.forEach((line, index) => {
    if (found[index] !== line) {
      assert.fail(`${day}: expected the line ${line.slice(0, 300)}, found ${found[index]?.slice(0, 300)}`);
    }
  });
}

/** Passes when the sink reports that the day was never written. */
export async function neverGot(sink: Sink, day: UtcDay = DAY): Promise<void> {
  await rejectsWith(collect(sink.read(day, CALM)), "SINK_NOT_FOUND");
}

/** SHA-256 of the lines sorted by their bytes, each with its newline: a manifest's `event_set_sha256`. */
function eventSetOf(lines: readonly string[]): string {
  const hash = createHash("sha256");
  for (const line of lines.map((text) => Buffer.from(`${text}\n`)).toSorted((a, b) => a.compare(b)))
    hash.update(line);
  return hash.digest("hex");
}
