import { readFileSync, readdirSync } from "node:fs";
import { join } from "node:path";
import { gunzipSync, zstdDecompressSync } from "node:zlib";
import type { LedgerEntry } from "../../src/model/ledger-entry.js";
import { packagePath } from "../../src/model/manifest.js";
import type { Manifest } from "../../src/model/manifest.js";
import type { UtcDay } from "../../src/model/utc-day.js";
import type { Simulator } from "../../packages/simulator/index.js";

/** The days of an archive, each with the number of its newest revision, oldest first. */
export function revisionsIn(root: string): ReadonlyMap<UtcDay, number> {
  const found = new Map<UtcDay, number>();
  for (const entry of ledgerOf(root)) if (entry.type === "day-sealed") found.set(entry.day, entry.revision);
  return new Map([...found].toSorted(([a], [b]) => (a < b ? -1 : 1)));
}

/** Read without any of the product's own readers but the JSON parser. */
export function ledgerOf(root: string): readonly LedgerEntry[] {
  const folder = join(root, "ledger", "000");
  return readdirSync(folder)
    .toSorted()
    .map((name) => JSON.parse(readFileSync(join(folder, name), "utf8")) as LedgerEntry);
}

export function manifestOf(root: string, day: UtcDay, revision: number): Manifest {
  return JSON.parse(
    readFileSync(join(root, packagePath(day, revision), "manifest.json"), "utf8"),
  ) as Manifest;
}

/** The record lines of a revision as they stand, in order: those of the reading, then the carried ones. */
export function recordLinesOf(root: string, day: UtcDay, revision: number): readonly string[] {
  const folder = join(root, packagePath(day, revision));
  return ["events", "carried"].flatMap((part) => {
    const name = readdirSync(folder).find((file) => file.startsWith(`${part}.ndjson.`));
    if (name === undefined) return [];
    const decode = name.endsWith(".zst") ? zstdDecompressSync : gunzipSync;
    return decode(readFileSync(join(folder, name)))
      .toString("latin1")
      .split("\n")
      .slice(0, -1);
  });
}

/** What the tenant serves of a day at a moment, as record lines: each distinct text once, its line breaks as single spaces. */
export function servedLines(simulator: Simulator, day: UtcDay, atMs: number): readonly string[] {
  return [...simulator.truth.distinctEventsOf(day, atMs)].map((text) =>
    Buffer.from(text)
      .toString("latin1")
      .replaceAll(/\r\n|\n|\r/g, " "),
  );
}
