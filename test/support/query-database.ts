import { mkdir, mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { onTestFinished } from "vitest";
import type { UtcDay } from "../../src/model/utc-day.js";
import { QueryDatabase } from "../../src/query/database.js";
import type { QueryLimits } from "../../src/query/database.js";

/** An open database in a folder of its own, which go when the test is over. */
export async function queryDatabase(limits: Partial<QueryLimits> = {}): Promise<QueryDatabase> {
  const folder = await mkdtemp(join(tmpdir(), "daybook-query-test-"));
  await mkdir(join(folder, "answers"));
  const signal = new AbortController().signal;
  const database = await QueryDatabase.open({
    memoryBytes: 256_000_000,
    timeMs: 60_000,
    folder,
    signal,
    ...limits,
  });
  onTestFinished(async () => {
    database.close();
    await rm(folder, { recursive: true, force: true });
  });
  return database;
}

export const QUERY_DAY = "2026-11-20" as UtcDay;

/** The lines as blocks of a few, as an archive gives them. */
export async function* blocksOf(lines: readonly string[]): AsyncGenerator<Uint8Array> {
  for (let at = 0; at < lines.length; at += 3) yield Buffer.from(`${lines.slice(at, at + 3).join("\n")}\n`);
}
