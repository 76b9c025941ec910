import { monitorEventLoopDelay, performance } from "node:perf_hooks";

/** What this process uses. Seconds and bytes. */
export interface ProcessUsage {
  readonly startSeconds: number;
  /** User and system time since the start. */
  readonly cpuSeconds: number;
  readonly residentBytes: number;
  readonly heapUsedBytes: number;
  readonly heapTotalBytes: number;
  readonly externalBytes: number;
  /** How late timers were since the last call: the longest delay, and that of the 99th percentile. */
  readonly loopLagMaxSeconds: number;
  readonly loopLagP99Seconds: number;
}

/** Rarely enough to cost an idle process nothing that can be measured. */
const SAMPLED_EVERY_MS = 50;

/** Measures from now on; each call of the result reports what happened since the one before. */
export function watchProcess(): { readonly usage: () => ProcessUsage; readonly stop: () => void } {
  const delays = monitorEventLoopDelay({ resolution: SAMPLED_EVERY_MS });
  delays.enable();
  const usage = (): ProcessUsage => {
    const { rss, heapUsed, heapTotal, external } = process.memoryUsage();
    const { user, system } = process.cpuUsage();
    const [max, p99] = [delays.max, delays.percentile(99)].map(lagSeconds);
    delays.reset();
    return {
      startSeconds: performance.timeOrigin / 1_000,
      cpuSeconds: (user + system) / 1e6,
      residentBytes: rss,
      heapUsedBytes: heapUsed,
      heapTotalBytes: heapTotal,
      externalBytes: external,
      loopLagMaxSeconds: max ?? 0,
      loopLagP99Seconds: p99 ?? 0,
    };
  };
  return { usage, stop: () => void delays.disable() };
}

/** Node.js records the time between two samples, which is the interval itself when nothing is late. */
function lagSeconds(nanoseconds: number): number {
  return Math.max(0, nanoseconds / 1e9 - SAMPLED_EVERY_MS / 1e3);
}
