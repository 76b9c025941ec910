// What a year takes: `npm run build`, then `node --import ./test/bench/ts-imports.ts test/bench/sizing-bench.ts [EVENTS…]`. For each
// number of events a day it archives three weekdays of a simulated tenant, with a Parquet and a PostgreSQL sink, and counts the
// bytes, files and requests of a day. A simulated event has as many fields as a real one; its ids and names are drawn at random,
// which compresses less well than a real tenant's.
import { spawn, spawnSync } from "node:child_process";
import { mkdtempSync, readFileSync, readdirSync, rmSync, statSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { createInterface } from "node:readline";
import type * as Servers from "../support/postgres-server.js";

interface Source {
  readonly url: string;
  readonly tenant_id: string;
  readonly token: string;
}

/** What there is so far. */
interface Sizes {
  readonly events: number;
  readonly requests: number;
  readonly files: number;
  /** Record lines, before compression. */
  readonly lines: number;
  readonly archive: number;
  readonly lake: number;
  readonly sql: number;
}

interface Manifest {
  readonly completeness: { readonly distinct: number };
  readonly reading: { readonly requests: number };
  readonly files: readonly { readonly role: string; readonly content_bytes: number }[];
}

const DAY_MS = 86_400_000;
const DAYS = weekdays(3);
const YEAR_DAYS = 365;
const main = join(import.meta.dirname, "..", "..", "dist", "src", "main.js");
const given = process.argv.slice(2).map(Number);
const helper = new URL("../support/postgres-server.ts", import.meta.url).href;
const { startPostgres } = (await import(helper)) as typeof Servers;

for (const events of given.length === 0 ? [300, 10_000, 100_000] : given) await measure(events);

/** The newest weekdays of which every event is there, oldest first. */
function weekdays(count: number): readonly string[] {
  const days: string[] = [];
  for (let atMs = Date.now() - 3 * DAY_MS; days.length < count; atMs -= DAY_MS) {
    const date = new Date(atMs);
    if (![0, 6].includes(date.getUTCDay())) days.unshift(date.toISOString().slice(0, 10));
  }
  return days;
}

async function measure(asked: number): Promise<void> {
  const folder = mkdtempSync(join(tmpdir(), "daybook-sizing-"));
  const flags = [
    "simulate",
    "--port",
    "0",
    "--json",
    "--requests-per-hour",
    "1000000",
    "--events",
    `${asked}`,
  ];
  const simulator = spawn(process.execPath, [main, ...flags], { stdio: ["ignore", "pipe", "inherit"] });
  const server = await startPostgres();
  try {
    const source = await firstLine(simulator.stdout);
    writeFileSync(join(folder, "daybook.yaml"), configuration(folder, source), { mode: 0o600 });
    const sizes: Sizes[] = [];
    for (const day of DAYS) {
      archive(folder, day, { SIZING_TOKEN: source.token, SIZING_SQL: server.url() });
      sizes.push(await sizesOf(folder, server));
    }
    report(sizes);
  } finally {
    simulator.kill();
    await server.dispose();
    rmSync(folder, { recursive: true, force: true });
  }
}

async function firstLine(output: NodeJS.ReadableStream): Promise<Source> {
  for await (const line of createInterface({ input: output })) return JSON.parse(line) as Source;
  throw new Error("the simulator ended before it was ready");
}

function configuration(folder: string, { url, tenant_id: tenantId }: Source): string {
  return `stateDir: ${folder}/state
tenants:
  bench:
    tenantId: ${tenantId}
    cloud: custom
    endpoints: { api: "${url}" }
    auth: { method: token, token: { env: SIZING_TOKEN } }
    requestsPerHour: 1000000
retention: { schedule: bench, keep: 1y }
sinks:
  vault: { use: local-files, path: ${folder}/vault }
  lake: { use: parquet, to: { use: local-files, path: ${folder}/lake } }
  sql: { use: postgres, connection: { env: SIZING_SQL } }
`;
}

function archive(folder: string, day: string, env: Readonly<Record<string, string>>): void {
  const argv = [main, "archive", "--config", join(folder, "daybook.yaml"), "--day", day];
  const { status, stdout, stderr } = spawnSync(process.execPath, argv, {
    env: { ...process.env, ...env },
    encoding: "utf8",
  });
  if (status !== 0) throw new Error(`archive --day ${day} ended with ${status}: ${stdout}${stderr}`);
}

async function sizesOf(folder: string, server: Servers.PostgresServer): Promise<Sizes> {
  const archived = join(folder, "vault", "bench");
  const packages = filesBelow(join(archived, "days")).filter((path) => path.endsWith("/manifest.json"));
  const manifests = packages.map((path) => JSON.parse(readFileSync(path, "utf8")) as Manifest);
  const [{ bytes: sql } = {}] = await server.query(
    "SELECT sum(pg_total_relation_size(oid))::float8 AS bytes FROM pg_class WHERE relkind = 'r' AND relnamespace = 'daybook'::regnamespace",
  );
  return {
    events: sum(manifests.map(({ completeness }) => completeness.distinct)),
    requests: sum(manifests.map(({ reading }) => reading.requests)),
    files: filesBelow(archived).length,
    lines: sum(
      manifests.flatMap(({ files }) =>
        files.filter(({ role }) => role === "events").map(({ content_bytes: bytes }) => bytes),
      ),
    ),
    archive: bytesOf(archived),
    lake: bytesOf(join(folder, "lake")),
    sql: Number(sql),
  };
}

/** By what each further day adds: an archive, a table and a ledger have parts that are there once. */
function report(sizes: readonly Sizes[]): void {
  const [first, last] = [sizes[0], sizes.at(-1)];
  if (first === undefined || last === undefined) throw new Error("expected sizes of two days at least");
  const day = (key: keyof Sizes): number => (last[key] - first[key]) / (sizes.length - 1);
  const line = (what: string, key: keyof Sizes): string =>
    `  ${what.padEnd(9)} ${((day(key) * YEAR_DAYS) / 1e9).toFixed(3).padStart(8)} GB a year ${(day(key) / day("events")).toFixed(0).padStart(6)} bytes an event`;
  process.stdout.write(
    `${day("events").toFixed(0)} events, ${day("requests").toFixed(0)} requests and ${day("files").toFixed(0)} files a day\n` +
      `${[line("lines", "lines"), line("archive", "archive"), line("parquet", "lake"), line("postgres", "sql")].join("\n")}\n`,
  );
}

function filesBelow(folder: string): readonly string[] {
  return readdirSync(folder, { recursive: true, encoding: "utf8" })
    .map((name) => join(folder, name))
    .filter((path) => statSync(path).isFile());
}

function bytesOf(folder: string): number {
  return sum(filesBelow(folder).map((path) => statSync(path).size));
}

function sum(values: readonly number[]): number {
  return values.reduce((total, value) => total + value, 0);
}
