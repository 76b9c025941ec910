// What a usage report takes over an archive of many days, from the record lines and from a lake, as whole processes of
// `daybook report views`: `npm run build`, then `node test/bench/report-bench.ts [EVENTS] [DAYS]` (100,000 and 25:
// the simulator serves the newest 28 days). Compare within one run; the machine is noisy.
import { spawn, spawnSync } from "node:child_process";
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { createInterface } from "node:readline";

interface Figures {
  readonly cpuSeconds: number;
  readonly peakMiB: number;
}

const DAY_MS = 86_400_000;
const [events = 100_000, days = 25] = process.argv.slice(2).map(Number);
const main = join(import.meta.dirname, "..", "..", "dist", "src", "main.js");
const folder = mkdtempSync(join(tmpdir(), "daybook-report-bench-"));
const simulate = [
  "simulate",
  "--port",
  "0",
  "--json",
  "--requests-per-hour",
  "1000000",
  "--events",
  `${events}`,
];
const simulator = spawn(process.execPath, [main, ...simulate], { stdio: ["ignore", "pipe", "inherit"] });
try {
  const source = await firstLine(simulator.stdout);
  writeFileSync(join(folder, "daybook.yaml"), configuration(source), { mode: 0o600 });
  const env = { ...process.env, BENCH_TOKEN: source.token, TMPDIR: folder };
  for (let back = days + 2; back > 2; back -= 1)
    run(["archive", "--day", new Date(Date.now() - back * DAY_MS).toISOString().slice(0, 10)], env);
  for (const [what, flags] of [
    ["record lines", []],
    ["lake", ["--lake", "lake"]],
  ] as const) {
    const startMs = performance.now();
    const { cpuSeconds, peakMiB } = run(["report", "views", "--memory", "512MB", ...flags], env);
    const seconds = (performance.now() - startMs) / 1000;
    process.stdout.write(
      `report views, ${days} days of about ${events.toLocaleString("en")} events, from the ${what}: ${seconds.toFixed(1)} s, ${cpuSeconds.toFixed(1)} CPU-s, ${peakMiB.toFixed(0)} MiB peak\n`,
    );
  }
} finally {
  simulator.kill();
  rmSync(folder, { recursive: true, force: true });
}

async function firstLine(
  output: NodeJS.ReadableStream,
): Promise<{ url: string; tenantId: string; token: string }> {
  for await (const line of createInterface({ input: output }))
    return JSON.parse(line) as { url: string; tenantId: string; token: string };
  throw new Error("the simulator ended before it was ready");
}

function run(argv: readonly string[], env: NodeJS.ProcessEnv): Figures {
  const usageFile = join(folder, "usage.json");
  const usage = join(import.meta.dirname, "usage.mjs");
  const { status, stderr } = spawnSync(
    process.execPath,
    ["--import", usage, main, ...argv, "--config", join(folder, "daybook.yaml")],
    { env: { ...env, DAYBOOK_USAGE_FILE: usageFile }, encoding: "utf8", maxBuffer: 1 << 28 },
  );
  if (status !== 0) throw new Error(`${argv.join(" ")} ended with ${status}: ${stderr}`);
  return JSON.parse(readFileSync(usageFile, "utf8")) as Figures;
}

function configuration({ url, tenantId }: { url: string; tenantId: string }): string {
  return `stateDir: ${folder}/state
tenants:
  bench:
    tenantId: ${tenantId}
    cloud: custom
    endpoints: { api: "${url}" }
    auth: { method: token, token: { env: BENCH_TOKEN } }
    requestsPerHour: 1000000
retention: { schedule: bench, keep: 1y }
sinks:
  vault: { use: local-files, path: ${folder}/vault }
  lake: { use: parquet, table: delta, to: { use: local-files, path: ${folder}/lake }, work: ${folder} }
`;
}
