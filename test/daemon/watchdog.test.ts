import { nodeFiles } from "../../src/io/node-files.js";
import { Inbox } from "../../src/retention/inbox.js";
import { describe, expect, it } from "vitest";
import { TenantLoop } from "../../src/daemon/tenant.js";
import type { TenantWork } from "../../src/daemon/tenant-work.js";
import { Watchdog } from "../../src/daemon/watchdog.js";
import type { Clock } from "../../src/io/clock.js";
import type { Log } from "../../src/model/log.js";

const MINUTE_MS = 60_000;
const BEAT_MS = 45_000;

/** A clock that somebody else moves, and on which a sleep never ends by itself. */
class HandClock implements Clock {
  nowMs = Date.parse("2026-03-15T09:00:00Z");

  now(): number {
    return this.nowMs;
  }

  sleep(_ms: number, signal?: AbortSignal): Promise<void> {
    return new Promise((_resolve, reject) => {
      signal?.addEventListener("abort", () => reject(signal.reason as Error), { once: true });
    });
  }
}

/** A tenant whose archive never opens: it works and works and gets nowhere. */
function hangingLoop(clock: Clock, log: Log, nextRequestMs: () => number): TenantLoop {
  const work: TenantWork = {
    tenant: "contoso",
    rules: { horizonDays: 28, readAfterMs: [0] },
    schedule: "7 * * * *",
    requestsPerHour: 200,
    sinks: [],
    clock,
    log,
    open: () => new Promise(() => undefined),
    preflight: () => Promise.resolve([]),
    inbox: new Inbox(nodeFiles, "/nowhere"),
    budget: () => Promise.resolve({ left: 0, nextMs: nextRequestMs() }),
    usualRequests: () => Promise.resolve(24),
    keptBack: async () => new Map(),
    source: async () => ({ signIn: undefined, request: undefined, preflight: undefined }),
    keepFailure: () => Promise.resolve(),
    certificate: undefined,
  };
  return new TenantLoop(work, () => undefined);
}

async function rig(nextRequestMs = (): number => 0) {
  const clock = new HandClock();
  const phrases: string[] = [];
  const write = (_fields: object, phrase: string): void => void phrases.push(phrase);
  const log = { debug: write, info: write, warn: write, error: write };
  const loop = hangingLoop(clock, log, nextRequestMs);
  const stop = new AbortController();
  void loop.run(stop.signal);
  await Promise.resolve();
  const watchdog = new Watchdog(clock, log);
  const beat = (): Promise<readonly string[]> => {
    clock.nowMs += BEAT_MS;
    return watchdog.stuck([loop], BEAT_MS);
  };
  return { clock, phrases, beat };
}

describe("Watchdog", () => {
  it("is fed while a pass is young", async () => {
    const { beat } = await rig();

    expect(await beat()).toEqual([]);
  });

  it("is not fed once a pass has not moved for 45 minutes (fault 62)", async () => {
    const { beat } = await rig();
    const answers: (readonly string[])[] = [];
    for (let minutes = 0; minutes < 50; minutes += 0.75) answers.push(await beat());

    expect(answers.filter((stuck) => stuck.length > 0).length).toBeGreaterThan(0);
    expect(answers.findIndex((stuck) => stuck.length > 0) * BEAT_MS).toBeGreaterThanOrEqual(44 * MINUTE_MS);
  });

  it("takes the wait for the hour's requests for no silence, and counts from its end", async () => {
    let untilMs = Infinity;
    const { beat, clock } = await rig(() => untilMs);
    for (let beats = 0; beats < 100; beats += 1) expect(await beat()).toEqual([]);

    untilMs = clock.nowMs;

    expect(await beat()).toEqual([]);
  });

  it("says that the clock jumped, and blames no tenant for it", async () => {
    const { beat, clock, phrases } = await rig();

    clock.nowMs += 5 * 60 * MINUTE_MS;

    expect(await beat()).toEqual([]);
    expect(phrases).toContain("clock jumped");
  });
});
