// Loaded before the command under measure (`node --import`): writes the whole process's figures when it ends.
import { writeFileSync } from "node:fs";

process.on("exit", () => {
  const { userCPUTime, systemCPUTime, maxRSS } = process.resourceUsage();
  const figures = { cpuSeconds: (userCPUTime + systemCPUTime) / 1e6, peakMiB: maxRSS / 1024 };
  writeFileSync(process.env.DAYBOOK_USAGE_FILE, JSON.stringify(figures));
});
