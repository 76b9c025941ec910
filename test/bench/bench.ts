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
  readonly tenant_id: string;
  readonly token: string;
}

const main = join(import.meta.dirname, "..", "..", "dist", "src", "main.js");
const scratch = mkdtempSync(join(tmpdir(), "daybook-bench-"));
const day = new Date(Date.now() - 4 * 86_400_000).toISOString().slice(0, 10);

try {
  const small = await measureDay(100_000, 3);
  const large = await measureDay(1_000_000, 1);
  const growth = ((large.peakMiB / small.peakMiB - 1) * 100).toFixed(0);
  process.stdout.write(`ten times the events take ${growth} % more memory (target: at most 15)\n`);
  printColdStart();
} finally {
  rmSync(scratch, { recursive: true, force: true });
}

/** Gives the figures of Daybook: of several runs the one with the median peak. */
async function measureDay(events: number, runs: number): Promise<Figures> {
  const simulator = spawn(
    process.execPath,
    [main, "simulate", "--port", "0", "--json", "--events", String(events), "--requests-per-hour", "1000000"],
    { stdio: ["ignore", "pipe", "inherit"] },
  );
  try {
    const source = await firstLine(simulator.stdout);
    const all = Array.from({ length: runs }, () => daybook(events, source)).toSorted(
      (a, b) => a.peakMiB - b.peakMiB,
    );
    const figures = all[Math.floor(runs / 2)] ?? { events, cpuSeconds: Number.NaN, peakMiB: Number.NaN };
    print(`daybook, ${events} events`, figures);
    print(`plain loop in Python, ${events} events`, plainLoop(source));
    return figures;
  } finally {
    simulator.kill();
  }
}

async function firstLine(stream: NodeJS.ReadableStream): Promise<Source> {
  for await (const line of createInterface({ input: stream })) return JSON.parse(line);
  throw new Error("the simulator ended before it was ready");
}

function daybook(events: number, { url, tenant_id: tenantId, token }: Source): Figures {
  const folder = mkdtempSync(join(scratch, `${events}-`));
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
      `log: { level: warn }`,
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
