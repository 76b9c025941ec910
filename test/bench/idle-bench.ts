// The daemon at rest, measured from outside: `node test/bench/idle-bench.ts [events a day] [quiet seconds]`, after a
// build. A real process fills its 28 days from the simulator and is then left alone. Exits 1 over a target. Linux only: /proc.
import { spawn, spawnSync } from "node:child_process";
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { createInterface } from "node:readline";
import { setTimeout as sleep } from "node:timers/promises";
import { unitFlags } from "./unit-flags.ts";

const TARGET_MB = 100;
const SETTLING_MS = 75_000;
const TARGET_CPU_PERCENT = 0.1;

interface Source {
  readonly url: string;
  readonly tenant_id: string;
  readonly token: string;
}

const main = join(import.meta.dirname, "..", "..", "dist", "src", "main.js");
const scratch = mkdtempSync(join(tmpdir(), "daybook-idle-"));
const [events = 3_000, quietSeconds = 120] = process.argv.slice(2).map(Number);
const simulator = spawn(
  process.execPath,
  [main, "simulate", "--port", "0", "--json", "--events", `${events}`, "--requests-per-hour", "1000000"],
  { stdio: ["ignore", "pipe", "inherit"] },
);
try {
  process.exitCode = (await measure(await firstLine(simulator.stdout))) ? 0 : 1;
} finally {
  simulator.kill();
  rmSync(scratch, { recursive: true, force: true });
}

async function measure(source: Source): Promise<boolean> {
  // As the unit has it.
  const malloc = { MALLOC_ARENA_MAX: "1", MALLOC_TRIM_THRESHOLD_: "131072" };
  const env = { ...process.env, ...malloc, BENCH_TOKEN: source.token };
  const args = [...unitFlags(), main, "run", "--config", writeConfig(source)];
  const daemon = spawn(process.execPath, args, { env, stdio: ["ignore", "inherit", "pipe"] });
  const exited = new Promise<never>((_, reject) =>
    daemon.once("exit", (code) => reject(new Error(`the daemon ended with ${code}`))),
  );
  exited.catch(() => undefined);
  try {
    const pid = Number(daemon.pid);
    await Promise.race([passed(daemon.stderr, () => print("ready", pid)), exited]);
    print("a month filled", pid);
    // A minute after the pass memory is given back; only then it rests.
    await Promise.race([sleep(SETTLING_MS), exited]);
    const before = cpuSeconds(pid);
    await Promise.race([sleep(quietSeconds * 1000), exited]);
    const percent = ((cpuSeconds(pid) - before) / quietSeconds) * 100;
    const megabytes = print(`${quietSeconds} s later`, pid);
    process.stdout.write(
      `at rest: ${megabytes.toFixed(1)} MB (target: below ${TARGET_MB}), ${percent.toFixed(3)} % of a core (target: below ${TARGET_CPU_PERCENT})\n`,
    );
    return megabytes < TARGET_MB && percent < TARGET_CPU_PERCENT;
  } finally {
    daemon.kill();
    await exited.catch(() => undefined);
  }
}

/** Resolves when the first pass has ended. Goes on reading after that: a full pipe would stop the daemon. */
function passed(log: NodeJS.ReadableStream, ready: () => void): Promise<void> {
  return new Promise((resolve) => {
    createInterface({ input: log }).on("line", (line) => {
      if (line.includes('"daemon ready"')) ready();
      if (line.includes('"level":"error"')) process.stderr.write(`${line}\n`);
      if (line.includes('"pass ended"')) resolve();
    });
  });
}

/** Prints the memory of a process; returns its resident set, shared pages of the program included, in megabytes. */
function print(moment: string, pid: number): number {
  const rollup = readFileSync(`/proc/${pid}/smaps_rollup`, "utf8");
  const [rss = NaN, pss = NaN, anonymous = NaN] = ["Rss", "Pss", "Anonymous"].map(
    (name) => (Number(new RegExp(`^${name}:\\s+(\\d+) kB`, "m").exec(rollup)?.[1]) * 1024) / 1e6,
  );
  const [r, p, a] = [rss, pss, anonymous].map((number) => number.toFixed(1).padStart(6));
  process.stdout.write(`${moment.padEnd(16)} RSS ${r} MB, PSS ${p} MB, anonymous ${a} MB\n`);
  return rss;
}

/** User and system time of a process (proc_pid_stat(5), fields 14 and 15). */
function cpuSeconds(pid: number): number {
  const fields = readFileSync(`/proc/${pid}/stat`, "utf8").split(") ")[1]?.split(" ") ?? [];
  const ticks = Number(spawnSync("getconf", ["CLK_TCK"], { encoding: "utf8" }).stdout);
  return (Number(fields[11]) + Number(fields[12])) / ticks;
}

async function firstLine(stream: NodeJS.ReadableStream): Promise<Source> {
  for await (const line of createInterface({ input: stream })) return JSON.parse(line);
  throw new Error("the simulator ended before it was ready");
}

function writeConfig({ url, tenant_id: tenantId }: Source): string {
  const path = join(scratch, "daybook.yaml");
  const lines = [
    `stateDir: ${scratch}/state`,
    `tenants:`,
    `  bench:`,
    `    tenantId: ${tenantId}`,
    `    cloud: custom`,
    `    endpoints: { api: "${url}" }`,
    `    auth: { method: token, token: { env: BENCH_TOKEN } }`,
    `    requestsPerHour: 1000000`,
    `retention: { schedule: bench, keep: 1y }`,
    `sinks: { vault: { use: local-files, path: ${scratch}/vault } }`,
    "",
  ];
  writeFileSync(path, lines.join("\n"), { mode: 0o600 });
  return path;
}
