import { mkdtempSync, readFileSync, readdirSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { describe, expect, it, onTestFinished } from "vitest";
import type { AuditLevel } from "../../src/audit/verify-archive.js";
import { nodeFiles } from "../../src/io/node-files.js";
import { SortedLines } from "../../src/verify/sorted-lines.js";
import { audit } from "../support/audit-sample.js";

/**
 * An archive that an earlier version wrote: five days in zstd and gzip, one of them empty and one in three revisions that
 * carry records, and a lost day. A change of the format that this version could not read would show here first.
 */
const GOLDEN = join(import.meta.dirname, "..", "fixtures", "golden-3da7afd");

const LAST_HASH = "6e556d1fab9544a1cf907f1ea8d4176d9b49011580f9e9c482e08a2870481be3";

describe("the golden archive", () => {
  it.each<AuditLevel>(["structure", "content", "deep"])("is whole at level %s", async (level) => {
    const folder = mkdtempSync(join(tmpdir(), "daybook-golden-"));
    onTestFinished(() => rmSync(folder, { recursive: true }));

    const openEventSet = () => new SortedLines({ files: nodeFiles, folder });
    const result = await audit(GOLDEN, { level, openEventSet });

    expect(result.findings).toEqual([]);
    expect(result.counts).toEqual({ damage: 0, incomplete: 0, notice: 0 });
    expect(result.packages).toBe(7);
    expect(result.facts?.head).toMatchObject({ size: 32, lastHash: LAST_HASH });
  });

  it("has what the format can hold: every kind of day, both compressions, carried records", () => {
    const names = readdirSync(GOLDEN, { recursive: true, encoding: "utf8" });
    const entries = names
      .filter((name) => name.startsWith("ledger/") && name.endsWith(".json"))
      .map((name) => JSON.parse(readFileSync(join(GOLDEN, name), "utf8")) as { readonly type: string });

    expect(names).toContain("days/2026/11/20/r0002/carried.ndjson.zst");
    expect(names).toContain("days/2026/11/20/r0003/carried.ndjson.gz");
    expect(new Set(entries.map(({ type }) => type))).toEqual(
      // The names of activities and fields are `incident` entries in this archive.
      new Set([
        "archive-created",
        "config-changed",
        "day-lost",
        "day-rechecked",
        "day-sealed",
        "fixity-checked",
        "incident",
        "sink-delivered",
        "source-shrank",
      ]),
    );
  });
});
