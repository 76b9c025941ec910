import { mkdtempSync, readFileSync, readdirSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { describe, expect, it, onTestFinished } from "vitest";
import type { AuditLevel } from "../../src/audit/verify-archive.js";
import { nodeFiles } from "../../src/io/node-files.js";
import type { Manifest } from "../../src/model/manifest.js";
import { SortedLines } from "../../src/verify/sorted-lines.js";
import { audit } from "../support/audit-sample.js";

/**
 * An archive as this format has it, written by `npm run golden` and kept: six days in zstd and gzip, one of them empty and one
 * in three revisions that carry records, stray events, and two lost days. A change of the format that makes archives unreadable
 * shows here first; one that is meant brings a new archive with it.
 */
const GOLDEN = join(import.meta.dirname, "..", "fixtures", "golden");

const ROOT = "z4W/BzegRVGA94rGDVGB0wva5kT0SvJknjJR/yhEht8=";

describe("the golden archive", () => {
  it.each<AuditLevel>(["structure", "content", "deep"])("is whole at level %s", async (level) => {
    const folder = mkdtempSync(join(tmpdir(), "daybook-golden-"));
    onTestFinished(() => rmSync(folder, { recursive: true }));

    const openEventSet = () => new SortedLines({ files: nodeFiles, folder });
    const result = await audit(GOLDEN, { level, openEventSet });

    expect(result.findings).toEqual([]);
    expect(result.counts).toEqual({ damage: 0, incomplete: 0, notice: 0 });
    expect(result.packages).toBe(8);
    expect(result.facts?.head).toMatchObject({ size: 35, root: ROOT });
  });

  it("has what the format can hold: every kind of day, both compressions, carried records, strays", () => {
    const names = readdirSync(GOLDEN, { recursive: true, encoding: "utf8" });
    const entries = names
      .filter((name) => name.startsWith("ledger/") && name.endsWith(".json"))
      .map((name) => JSON.parse(readFileSync(join(GOLDEN, name), "utf8")) as { readonly type: string });

    const manifest = readFileSync(join(GOLDEN, "days/2026/11/24/r0001/manifest.json"), "utf8");

    expect((JSON.parse(manifest) as Manifest).completeness.stray_by_hour).toEqual({ T15: 1, T16: 2 });
    expect(names).toContain("days/2026/11/20/r0002/carried.ndjson.zst");
    expect(names).toContain("days/2026/11/20/r0003/carried.ndjson.gz");
    expect(new Set(entries.map(({ type }) => type))).toEqual(
      new Set([
        "archive-created",
        "config-changed",
        "day-lost",
        "day-rechecked",
        "day-sealed",
        "fixity-checked",
        "names-seen",
        "schedule-set",
        "sink-delivered",
        "source-shrank",
      ]),
    );
  });
});
