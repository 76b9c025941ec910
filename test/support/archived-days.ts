import { readFileSync, readdirSync } from "node:fs";
import { join } from "node:path";
import { zstdDecompressSync } from "node:zlib";
import type { UtcDay } from "../../src/model/utc-day.js";
import type { Simulator } from "../../packages/simulator/index.js";

/** The record lines of a day's newest revision in an archive folder, sorted; undefined when the day is not there. */
export function archivedLines(archive: string, day: UtcDay): readonly string[] | undefined {
  const folder = join(archive, "days", ...day.split("-"));
  const newest = namesIn(folder).at(-1);
  if (newest === undefined) return undefined;
  return namesIn(join(folder, newest))
    .filter((name) => /^(events|carried)\.ndjson\.zst$/.test(name))
    .flatMap((name) =>
      zstdDecompressSync(readFileSync(join(folder, newest, name)))
        .toString()
        .split("\n"),
    )
    .filter((line) => line !== "")
    .toSorted();
}

/** What the tenant had for the day as of `atMs`, in the same form. */
export function trueLines({ truth }: Simulator, day: UtcDay, atMs: number): readonly string[] {
  return [...truth.distinctEventsOf(day, atMs)].map((bytes) => Buffer.from(bytes).toString()).toSorted();
}

/** The most activity requests that the source saw within any 60 minutes. */
export function mostInAnHour({ requests }: Simulator): number {
  const times = requests.filter(({ path }) => path.endsWith("/activityevents")).map(({ atMs }) => atMs);
  let [most, first] = [0, 0];
  for (const [last, atMs] of times.entries()) {
    while ((times[first] ?? atMs) <= atMs - 3_600_000) first += 1;
    most = Math.max(most, last - first + 1);
  }
  return most;
}

function namesIn(folder: string): readonly string[] {
  try {
    return readdirSync(folder).toSorted();
  } catch {
    return [];
  }
}
