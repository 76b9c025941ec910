import { join } from "node:path";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { isWhole } from "../../src/audit/verify-archive.js";
import { nodeFiles } from "../../src/io/node-files.js";
import type { Compression } from "../../src/model/compression.js";
import { SortedLines } from "../../src/verify/sorted-lines.js";
import { audit } from "../support/audit-sample.js";
import { makeSampleArchive } from "../support/sample-archive.js";
import type { SampleArchive } from "../support/sample-archive.js";

describe.each<Compression>(["zstd", "gzip"])("verifyArchive on an unaltered archive (%s)", (compression) => {
  let sample: SampleArchive;
  beforeAll(async () => {
    sample = await makeSampleArchive(compression);
  });
  afterAll(() => sample.remove());

  it.each(["structure", "content", "deep"] as const)("finds nothing at level %s", async (level) => {
    const openEventSet = () => new SortedLines({ files: nodeFiles, folder: join(sample.work, "sort") });
    const result = await audit(sample.root, { level, openEventSet });

    expect(result.findings).toEqual([]);
    expect(result.packages).toBe(4);
    expect(result.facts?.lost.get("2026-11-17" as never)).toBe("no connection for four weeks");
    expect(isWhole(result)).toBe(true);
    expect(result).toMatchObject({
      found: { from: "2026-11-18", to: "2026-11-20" },
      lost: ["2026-11-17"],
      absent: [],
    });
  });
});
