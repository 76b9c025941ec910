import { describe, expect, it } from "vitest";
import { checkModel } from "./check-model.js";

const RUNS = 8;
const SEED = 8;

describe("retention against a plain model", () => {
  it("destroys no day early, held or without enough people, whatever happens in whatever order", async () => {
    const { runs, destroyed } = await checkModel({ runs: RUNS, size: 50, seed: SEED });

    expect(runs).toBe(RUNS);
    expect(destroyed).toBeGreaterThan(0);
  }, 120_000);
});
