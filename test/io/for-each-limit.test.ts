import { describe, expect, it } from "vitest";
import { forEachLimit } from "../../src/io/for-each-limit.js";
import { running } from "../support/reading-rig.js";

describe("forEachLimit", () => {
  it("throws the first failure after the others have stopped", async () => {
    const stopped: number[] = [];

    const all = forEachLimit([1, 2, 3, 4], 3, running(), async (item, signal) => {
      if (item === 2) throw new Error("second");
      await new Promise<void>((resolve) => signal.addEventListener("abort", () => resolve()));
      stopped.push(item);
      throw new Error(`consequence ${item}`);
    });

    await expect(all).rejects.toThrow("second");
    expect(stopped).toEqual([1, 3]);
  });

  it("starts nothing when it is aborted already", async () => {
    const started: number[] = [];

    const all = forEachLimit([1], 1, AbortSignal.abort(new Error("stopped")), async (item) => {
      started.push(item);
    });

    await expect(all).rejects.toThrow("stopped");
    expect(started).toEqual([]);
  });
});
