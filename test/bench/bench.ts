// Whole processes, measured from outside: `npm run bench`. Compare ratios within one run; the machine is noisy.
import { spawn, spawnSync } from "node:child_process";
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { createInterface } from "node:readline";

interface Figures {
  readonly events: number;
  readonly cpuSeconds: number;
  readonly peakMiB: number;
}

interface Source {
  readonly url: string;
  readonly tenantId: string;
  readonly token: string;
}

const main = join(import.meta.dirname, "..", "..", "dist", "src", "main.js");
const scratch = mkdtempSync(join(tmpdir(), "daybook-bench-"));
const day = new Date(Date.now() - 4 * 86_400_000).toISOString().slice(0, 10);

try {
  for (const events of [100_000, 1_000_000]) await measureDay(events);
  printColdStart();
} finally {
  rmSync(scratch, { recursive: true, force: true });
}

async function measureDay(events: number): Promise<void> {
  const simulator = spawn(
    process.execPath,
    [main, "simulate", "--port", "0", "--json", "--events", String(events), "--requests-per-hour", "1000000"],
    { stdio: ["ignore", "pipe", "inherit"] },
  );
  try {
    const source = await firstLine(simulator.stdout);
    print(`daybook, ${events} events`, daybook(events, source));
    print(`plain loop in Python, ${events} events`, plainLoop(source));
  } finally {
    simulator.kill();
  }
}

async function firstLine(stream: NodeJS.ReadableStream): Promise<Source> {
  for await (const line of createInterface({ input: stream })) return JSON.parse(line);
  throw new Error("the simulator ended before it was ready");
}

function daybook(events: number, { url, tenantId, token }: Source): Figures {
  const folder = join(scratch, String(events));
  const config = join(scratch, `${events}.yaml`);
  writeFileSync(
    config,
    [
      `stateDir: ${folder}/state`,
      `tenants:`,
      `  bench:`,
      `    tenantId: ${tenantId}`,
      `    cloud: custom`,
      `    endpoints: { api: "${url}" }`,
      `    auth: { method: token, token: { env: BENCH_TOKEN } }`,
      `    requestsPerHour: 1000000`,
      `retention: { schedule: bench, keep: 1y }`,
      `sinks: { vault: { use: local-files, path: ${folder}/vault } }`,
      "",
    ].join("\n"),
    { mode: 0o600 },
  );
  const usageFile = join(scratch, `${events}.usage.json`);
  const usage = join(import.meta.dirname, "usage.mjs");
  const args = ["--import", usage, main, "archive", "--config", config, "--day", day, "--json"];
  const env = { ...process.env, DAYBOOK_USAGE_FILE: usageFile, BENCH_TOKEN: token };
  const run = spawnSync(process.execPath, args, {
    env,
    encoding: "utf8",
    stdio: ["ignore", "pipe", "inherit"],
  });
  if (run.status !== 0) throw new Error(`archive ended with ${run.status}: ${run.stdout}`);
  return { events, ...JSON.parse(readFileSync(usageFile, "utf8")) };
}

function plainLoop({ url, token }: Source): Figures {
  const script = join(import.meta.dirname, "plain_loop.py");
  const run = spawnSync("python3", [script, url, token, day, join(scratch, "plain.ndjson.gz")], {
    encoding: "utf8",
  });
  if (run.status !== 0) throw new Error(`the plain loop ended with ${run.status}: ${run.stderr}`);
  return JSON.parse(run.stdout);
}

function print(name: string, { events, cpuSeconds, peakMiB }: Figures): void {
  const rate = Math.round(events / cpuSeconds).toLocaleString("en");
  process.stdout.write(
    `${name.padEnd(40)} ${rate.padStart(9)} events/CPU-s  ${peakMiB.toFixed(0).padStart(5)} MiB peak\n`,
  );
}

function printColdStart(): void {
  const bare = medianMs(["-e", "0"]);
  const version = medianMs([main, "--version"]);
  process.stdout.write(`cold start: --version ${version.toFixed(0)} ms, node -e 0 ${bare.toFixed(0)} ms\n`);
}

function medianMs(args: readonly string[]): number {
  const times = Array.from({ length: 9 }, () => {
    const start = performance.now();
    spawnSync(process.execPath, args);
    return performance.now() - start;
  });
  return times.toSorted((a, b) => a - b)[4] ?? Number.NaN;
}
