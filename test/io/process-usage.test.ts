import { expect, it } from "vitest";
import { watchProcess } from "../../src/io/process-usage.js";

it("measures memory, CPU time and how long the event loop was blocked", async () => {
  const { usage, stop } = watchProcess();
  const before = usage();
  await new Promise((resolve) => setTimeout(resolve, 120));
  const endMs = performance.now() + 300;
  while (performance.now() < endMs);
  await new Promise((resolve) => setTimeout(resolve, 120));
  const after = usage();
  stop();

  expect(after.residentBytes).toBeGreaterThan(after.heapUsedBytes);
  expect(after.cpuSeconds).toBeGreaterThan(before.cpuSeconds);
  expect(after.loopLagMaxSeconds).toBeGreaterThan(0.15);
  expect(after.loopLagMaxSeconds).toBeGreaterThanOrEqual(after.loopLagP99Seconds);
});
