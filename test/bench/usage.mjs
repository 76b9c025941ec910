// Loaded before the command under measure (`node --import`): writes the whole process's figures when it ends.
import { writeFileSync } from "node:fs";
import { monitorEventLoopDelay } from "node:perf_hooks";

const RESOLUTION_MS = 5;
const loop = monitorEventLoopDelay({ resolution: RESOLUTION_MS });
loop.enable();

process.on("exit", () => {
  const { userCPUTime, systemCPUTime, maxRSS } = process.resourceUsage();
  const figures = {
    cpuSeconds: (userCPUTime + systemCPUTime) / 1e6,
    peakMiB: maxRSS / 1024,
    loopDelayMs: loop.max / 1e6,
  };
  writeFileSync(process.env.DAYBOOK_USAGE_FILE, JSON.stringify(figures));
});
