import { execFileSync } from "node:child_process";
import { readFileSync } from "node:fs";
import { dirname, join } from "node:path";
import { expect, it } from "vitest";
import { buildDaybook } from "../support/e2e-build.js";

const ROOT = join(import.meta.dirname, "..", "..");

/** The pages that need most: many events, many fields, and few values as large as they may be. */
const WORST = ["equal small events", "large lists of numbers", "many fields"];

it("archives and verifies the largest pages in the memory that the unit allows", async () => {
  const built = await buildDaybook();
  try {
    const unit = readFileSync(join(ROOT, "systemd", "daybook.service"), "utf8");
    const allowedMiB = 1024 * Number(/^MemoryMax=(\d+)G$/m.exec(unit)?.[1]);
    const bench = join(ROOT, "test", "bench", "pages-bench.ts");
    const dist = dirname(dirname(built.main));

    const out = execFileSync(process.execPath, [bench, dist, ...WORST], { encoding: "utf8" });

    expect(out).not.toContain("ended with");
    const peaks = [...out.matchAll(/(\d+) MiB/g)].map(([, peak]) => Number(peak));
    expect(peaks).toHaveLength(2 * WORST.length);
    expect(Math.max(...peaks)).toBeLessThan(allowedMiB);
  } finally {
    await built.remove();
  }
}, 300_000);
