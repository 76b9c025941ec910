import { readFileSync, writeFileSync, appendFileSync } from "node:fs";
import { join } from "node:path";
import { describe, expect, it, vi } from "vitest";
import { nodeFiles } from "../../src/io/node-files.js";
import { systemClock } from "../../src/io/clock.js";
import { RequestBudget } from "../../src/plan/request-budget.js";
import { running, tempFolder } from "../support/reading-rig.js";
import { VirtualClock } from "../support/virtual-clock.js";

const START = Date.parse("2026-11-22T03:00:00.000Z");
const HOUR = 3_600_000;

function budgetIn(folder: string, clock: VirtualClock, requestsPerHour = 3): RequestBudget {
  return new RequestBudget(nodeFiles, clock, { path: join(folder, "requests"), requestsPerHour });
}

async function takeTimes(budget: RequestBudget, clock: VirtualClock, count: number): Promise<number[]> {
  const times: number[] = [];
  for (let taken = 0; taken < count; taken++) {
    await budget.take(running());
    times.push(clock.now());
  }
  return times;
}

describe("RequestBudget", () => {
  it("lets any sliding hour hold no more than the limit (fault 39)", async () => {
    const clock = new VirtualClock(START);
    const budget = budgetIn(tempFolder(), clock);

    const times: number[] = [];
    for (let taken = 0; taken < 12; taken++) {
      await budget.take(running());
      times.push(clock.now());
      clock.advance(7 * 60_000);
    }

    for (const [index, time] of times.entries()) {
      expect(time - (times[index - 3] ?? -Infinity)).toBeGreaterThanOrEqual(HOUR);
    }
  });

  it("remembers over restarts what was asked (fault 39)", async () => {
    const folder = tempFolder();
    const clock = new VirtualClock(START);
    await takeTimes(budgetIn(folder, clock), clock, 3);

    const restarted = budgetIn(folder, clock);

    expect(await restarted.state()).toEqual({ left: 0, nextMs: START + HOUR });
    expect(await takeTimes(restarted, clock, 1)).toEqual([START + HOUR]);
  });

  it("is shared by several commands at once (fault 39)", async () => {
    const folder = tempFolder();
    const options = { path: join(folder, "requests"), requestsPerHour: 10 };
    const budgets = [1, 2, 3].map(() => new RequestBudget(nodeFiles, systemClock, options));
    const stop = new AbortController();

    const takes = budgets.flatMap((budget) => Array.from({ length: 8 }, () => budget.take(stop.signal)));
    // All that can be granted is: the eleventh would have to wait for an hour.
    const lines = (): string[] => readFileSync(options.path, "utf8").trimEnd().split("\n");
    await vi.waitFor(() => expect(lines()).toHaveLength(10), { timeout: 10_000 });
    await systemClock.sleep(100);
    stop.abort(new Error("stopped"));
    const outcomes = await Promise.allSettled(takes);

    expect(outcomes.filter((outcome) => outcome.status === "fulfilled")).toHaveLength(10);
    expect(lines()).toHaveLength(10);
  });

  it("holds every request back until a block ends, over restarts too (fault 31)", async () => {
    const folder = tempFolder();
    const clock = new VirtualClock(START);
    await budgetIn(folder, clock).blockUntil(START + 50 * 60_000, running());
    await budgetIn(folder, clock).blockUntil(START + 1000, running());

    const times = await takeTimes(budgetIn(folder, clock), clock, 1);

    expect(times).toEqual([START + 50 * 60_000]);
  });

  it("neither forgets nor waits for ever when the clock is set back (fault 68)", async () => {
    const folder = tempFolder();
    const later = new VirtualClock(START + 400 * 24 * HOUR);
    await takeTimes(budgetIn(folder, later), later, 3);
    await budgetIn(folder, later).blockUntil(later.now() + 60 * 60_000, running());
    const clock = new VirtualClock(START);

    const times = await takeTimes(budgetIn(folder, clock), clock, 1);

    expect(times[0]).toBeGreaterThanOrEqual(START + HOUR);
    expect(times[0]).toBeLessThanOrEqual(START + 70 * 60_000);
  });

  it("counts a line torn by a crash as a request", async () => {
    const folder = tempFolder();
    const clock = new VirtualClock(START);
    await takeTimes(budgetIn(folder, clock), clock, 2);
    appendFileSync(join(folder, "requests"), "r 17637");

    const budget = budgetIn(folder, clock);

    expect((await budget.state()).left).toBe(0);
    expect(await takeTimes(budget, clock, 1)).toEqual([START + HOUR]);
  });

  it("keeps its file short", async () => {
    const folder = tempFolder();
    const clock = new VirtualClock(START);
    const old = Array.from({ length: 501 }, (_, index) => `r ${START - 3 * HOUR + index}\n`);
    writeFileSync(join(folder, "requests"), old.join(""));

    await takeTimes(budgetIn(folder, clock), clock, 1);

    expect(readFileSync(join(folder, "requests"), "utf8")).toBe(`r ${START}\n`);
  });

  it("stops waiting at once when told to", async () => {
    const folder = tempFolder();
    const options = { path: join(folder, "requests"), requestsPerHour: 1 };
    const budget = new RequestBudget(nodeFiles, systemClock, options);
    await budget.take(running());
    const stop = new AbortController();
    const waiting = budget.take(stop.signal);

    stop.abort(new Error("stopped"));

    await expect(waiting).rejects.toThrow("stopped");
  });
});
