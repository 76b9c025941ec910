import { setImmediate } from "node:timers/promises";
import { describe, expect, it } from "vitest";
import { Turn } from "../../src/io/turn.js";

describe("Turn", () => {
  it("runs one action at a time, in the order given", async () => {
    const turn = new Turn();
    const seen: string[] = [];
    const act = (name: string): Promise<string> =>
      turn.take(async () => {
        seen.push(`${name} starts`);
        await setImmediate();
        seen.push(`${name} ends`);
        return name;
      });

    expect(await Promise.all([act("a"), act("b")])).toEqual(["a", "b"]);
    expect(seen).toEqual(["a starts", "a ends", "b starts", "b ends"]);
  });

  it("gives a failure to its own caller and goes on", async () => {
    const turn = new Turn();
    const failed = turn.take(() => Promise.reject(new Error("broken")));
    const next = turn.take(() => Promise.resolve("done"));

    await expect(failed).rejects.toThrow("broken");
    await expect(next).resolves.toBe("done");
  });
});
