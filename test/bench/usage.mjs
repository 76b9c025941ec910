// Loaded before the command under measure (`node --import`): writes the whole process's figures when it ends.
import { writeFileSync } from "node:fs";
import { monitorEventLoopDelay } from "node:perf_hooks";

const RESOLUTION_MS = 5;
const START_MS = 600;
const loop = monitorEventLoopDelay({ resolution: RESOLUTION_MS });
loop.enable();

// What the thread itself worked between two ticks: unlike the delay, it does not grow when other processes have the cores.
// Loading the program's modules, before anything is served, does not count.
let busyMs = 0;
let before;
const sinceStart = performance.now();
setInterval(() => {
  const used = process.threadCpuUsage(before);
  if (before !== undefined) busyMs = Math.max(busyMs, (used.user + used.system) / 1e3);
  if (performance.now() - sinceStart > START_MS) before = process.threadCpuUsage();
}, RESOLUTION_MS).unref();

process.on("exit", () => {
  const { userCPUTime, systemCPUTime, maxRSS } = process.resourceUsage();
  const figures = {
    cpuSeconds: (userCPUTime + systemCPUTime) / 1e6,
    peakMiB: maxRSS / 1024,
    loopDelayMs: loop.max / 1e6,
    loopBusyMs: busyMs,
  };
  writeFileSync(process.env.DAYBOOK_USAGE_FILE, JSON.stringify(figures));
});
