import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { onTestFinished } from "vitest";
import type { Clock } from "../../src/io/clock.js";
import { nodeFiles } from "../../src/io/node-files.js";
import { nodeHttp } from "../../src/io/node-http.js";
import type { Compression } from "../../src/model/compression.js";
import type { DayTask } from "../../src/model/reading.js";
import type { UtcDay } from "../../src/model/utc-day.js";
import { RequestBudget } from "../../src/plan/request-budget.js";
import { RefusalBackoff } from "../../src/source/refusal-backoff.js";
import { customEndpoints } from "../../src/source/clouds.js";
import { PageFetcher } from "../../src/source/fetch-page.js";
import { Quarantine } from "../../src/source/quarantine.js";
import { DayReader } from "../../src/source/read-day.js";
import { RetryPolicy } from "../../src/source/retry-policy.js";
import type { AccessToken, Tokens } from "../../src/source/tokens.js";
import { silentLog } from "./plugin-host.js";
import { startScriptedServer } from "./scripted-server.js";
import type { Answering, ScriptedServer } from "./scripted-server.js";
import { VirtualClock } from "./virtual-clock.js";

export const DAY = "2026-11-20" as UtcDay;
export const NOW = "2026-11-22T03:00:00.000Z";

/** A day well inside the horizon. */
export const TASK: DayTask = {
  day: DAY,
  reason: "scheduled",
  deadlineMs: Date.parse("2026-12-18T00:00:00.000Z"),
};

export interface RigOptions {
  readonly folder?: string;
  readonly clock?: Clock;
  readonly compression?: Compression;
  readonly concurrency?: number;
  readonly timeoutMs?: number;
  readonly maxBytes?: number;
  readonly maxPages?: number;
  readonly requestsPerHour?: number;
  readonly basePath?: string;
}

/** The reading part of Daybook, whole, on a temporary folder. */
export interface ReadingRig {
  readonly reader: DayReader;
  readonly budget: RequestBudget;
  readonly clock: Clock;
  readonly folder: string;
  readonly quarantine: string;
  /** Tokens given out: `token-1`, `token-2`, … */
  readonly tokens: CountingTokens;
}

export function tempFolder(): string {
  const folder = mkdtempSync(join(tmpdir(), "daybook-source-"));
  onTestFinished(() => rmSync(folder, { recursive: true, force: true }));
  return folder;
}

/** A server that lives as long as the test. */
export async function serve(answer: Answering): Promise<ScriptedServer> {
  const server = await startScriptedServer(answer);
  onTestFinished(() => server.close());
  return server;
}

export function readingRig(base: string, options: RigOptions = {}): ReadingRig {
  const folder = options.folder ?? tempFolder();
  const clock = options.clock ?? new VirtualClock(NOW);
  const tokens = new CountingTokens();
  const quarantine = join(folder, "quarantine");
  const budget = new RequestBudget(nodeFiles, clock, {
    path: join(folder, "requests"),
    requestsPerHour: options.requestsPerHour ?? 1000,
  });
  const fetcher = new PageFetcher(
    {
      http: nodeHttp,
      tokens,
      access: freeAccess(clock),
      application: "an application",
      budget,
      clock,
      retry: new RetryPolicy(clock, { firstPauseMs: 2000, maxPauseMs: 60_000, random: () => 0.5 }),
      answers: NO_ANSWERS,
      quarantine: new Quarantine(nodeFiles, quarantine),
      log: silentLog,
    },
    customEndpoints({ api: base + (options.basePath ?? "") }),
    { timeoutMs: options.timeoutMs ?? 5000, maxBytes: options.maxBytes ?? 64 * 1024 * 1024 },
  );
  const reader = new DayReader(
    { fetcher, files: nodeFiles, clock, log: silentLog },
    {
      spoolRoot: join(folder, "spool"),
      compression: options.compression ?? "zstd",
      concurrency: options.concurrency ?? 4,
      maxPages: options.maxPages ?? 10_000,
      maxRestarts: 2,
    },
  );
  return { reader, budget, clock, folder, quarantine, tokens };
}

/** Nobody asks when the source last answered. */
export const NO_ANSWERS = { ok: () => Promise.resolve(), failed: () => Promise.resolve() };

/** No refusal stands, and none outlives the test. */
export function freeAccess(clock: Clock): RefusalBackoff {
  return new RefusalBackoff({ code: "ACCESS_DENIED", subject: "access", clock, log: silentLog });
}

/** A sign-in that never fails and counts. */
export class CountingTokens implements Tokens {
  issued = 1;

  async token(signal: AbortSignal, rejected?: AccessToken): Promise<AccessToken> {
    signal.throwIfAborted();
    if (rejected?.value === `token-${this.issued}`) this.issued++;
    return { value: `token-${this.issued}`, expiresAtMs: Infinity };
  }
}

/** A signal that nobody aborts. */
export function running(): AbortSignal {
  return new AbortController().signal;
}
