// What it costs to bring a sealed day to each sink, as whole processes of `daybook archive --backfill-sink`, with everything
// that it reads back: `npm run build`, then `node --import ./test/bench/ts-imports.ts test/bench/sinks-bench.ts [EVENTS]`. Servers that the tests have installed
// are started; what is absent is named. Compare within one run; the machine is noisy.
import { spawn, spawnSync } from "node:child_process";
import type { ChildProcess } from "node:child_process";
import { once } from "node:events";
import { existsSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { homedir, tmpdir } from "node:os";
import { join } from "node:path";
import { createInterface } from "node:readline";
import { setTimeout as sleep } from "node:timers/promises";
import { S3 } from "@aws-sdk/client-s3";
import { BlobServiceClient, StorageSharedKeyCredential } from "@azure/storage-blob";
import type * as Azure from "../support/azure-server.js";
import type * as Gateways from "../servers/s3/rados-gateway.js";
import type * as Servers from "../support/postgres-server.js";

/** A sink to be measured: its line of the configuration, and what ends its server. */
interface Measured {
  readonly what: string;
  readonly name: string;
  readonly yaml: string;
  readonly env?: Readonly<Record<string, string>>;
  readonly stop?: () => Promise<void>;
}

interface Source {
  readonly url: string;
  readonly tenant_id: string;
  readonly token: string;
}

const events = Number(process.argv[2] ?? 100_000);
const here = import.meta.dirname;
const main = join(here, "..", "..", "dist", "src", "main.js");
const scratch = mkdtempSync(join(tmpdir(), "daybook-sinks-bench-"));
const day = new Date(Date.now() - 4 * 86_400_000).toISOString().slice(0, 10);
const usageFile = join(scratch, "usage.json");
const config = join(scratch, "daybook.yaml");
const POSTGRES = "/usr/lib/postgresql";

/** The account and key that every emulator has: https://learn.microsoft.com/azure/storage/common/storage-use-azurite */
const ACCOUNT: typeof Azure.ACCOUNT = "devstoreaccount1";
const KEY: typeof Azure.KEY =
  "Eby8vdM02xNOcqFlqUwJPLlmEtlCDXJ1OUzFT50uSRZ6IFsuFq2UVErCz4I6tq/K1SZFPTOtr/KBHBeksoGMGw==";

const load = <T>(path: string): Promise<T> => import(new URL(path, import.meta.url).href) as Promise<T>;

try {
  const source = await archiveDay();
  for (const start of [localFiles, parquet, parquetjs, postgres, azurite, gateway])
    await measure(start, source);
  compareWithCopy();
} finally {
  rmSync(scratch, { recursive: true, force: true });
}

/** The day to be delivered, sealed in the state folder and in one local sink. */
async function archiveDay(): Promise<Source> {
  const args = ["simulate", "--port", "0", "--json", "--requests-per-hour", "1000000"];
  const simulator = spawn(process.execPath, [main, ...args, "--events", String(events)], {
    stdio: ["ignore", "pipe", "inherit"],
  });
  try {
    const source = await firstLine(simulator);
    writeConfig(source, []);
    daybook(["--day", day], { BENCH_TOKEN: source.token });
    return source;
  } finally {
    simulator.kill();
  }
}

async function firstLine({ stdout }: ChildProcess): Promise<Source> {
  if (stdout === null) throw new Error("the simulator has no output");
  for await (const line of createInterface({ input: stdout })) return JSON.parse(line);
  throw new Error("the simulator ended before it was ready");
}

function writeConfig({ url, tenant_id: tenantId }: Source, sinks: readonly string[]): void {
  const lines = [
    `stateDir: ${scratch}/state`,
    "tenants:",
    "  bench:",
    `    tenantId: ${tenantId}`,
    "    cloud: custom",
    `    endpoints: { api: "${url}" }`,
    "    auth: { method: token, token: { env: BENCH_TOKEN } }",
    "    requestsPerHour: 1000000",
    "retention: { schedule: bench, keep: 1y }",
    "sinks:",
    `  vault: { use: local-files, path: ${scratch}/vault }`,
    ...sinks.map((sink) => `  ${sink}`),
    "",
  ];
  writeFileSync(config, lines.join("\n"), { mode: 0o600 });
}

function daybook(args: readonly string[], env: Readonly<Record<string, string>>): void {
  const usage = join(here, "usage.mjs");
  const run = spawnSync(
    process.execPath,
    ["--import", usage, main, "archive", "--config", config, ...args, "--json"],
    {
      env: { ...process.env, BENCH_TOKEN: "unused", ...env, DAYBOOK_USAGE_FILE: usageFile },
      encoding: "utf8",
    },
  );
  if (run.status !== 0) throw new Error(`archive ${args.join(" ")} ended with ${run.status}: ${run.stdout}`);
}

/** A text instead of a sink says why it cannot be measured. */
async function measure(start: () => Promise<Measured | string>, source: Source): Promise<void> {
  const sink = await start();
  if (typeof sink === "string") {
    process.stdout.write(`${sink}\n`);
    return;
  }
  try {
    writeConfig(source, [`${sink.name}: ${sink.yaml}`]);
    daybook(["--backfill-sink", sink.name], sink.env ?? {});
    const { cpuSeconds, peakMiB } = JSON.parse(readFileSync(usageFile, "utf8"));
    const rate = Math.round(events / cpuSeconds).toLocaleString("en");
    process.stdout.write(
      `${sink.what.padEnd(40)} ${rate.padStart(9)} events/CPU-s ${peakMiB.toFixed(0).padStart(5)} MiB peak\n`,
    );
  } finally {
    await sink.stop?.();
  }
}

async function localFiles(): Promise<Measured> {
  return { what: "local-files", name: "copy", yaml: `{ use: local-files, path: ${scratch}/copy }` };
}

async function parquet(): Promise<Measured> {
  const yaml = `{ use: parquet, to: { use: local-files, path: ${scratch}/lake } }`;
  return { what: "parquet, hyparquet-writer", name: "lake", yaml };
}

async function parquetjs(): Promise<Measured> {
  const yaml = `{ use: parquet, engine: parquetjs-lite, to: { use: local-files, path: ${scratch}/lake2 } }`;
  return { what: "parquet, parquetjs-lite", name: "lake2", yaml };
}

async function postgres(): Promise<Measured | string> {
  if (!existsSync(POSTGRES)) return absent("postgres", "PostgreSQL");
  const { startPostgres } = await load<typeof Servers>("../support/postgres-server.ts");
  const server = await startPostgres();
  return {
    what: "postgres, without the server's CPU",
    name: "sql",
    yaml: "{ use: postgres, connection: { env: BENCH_DATABASE } }",
    env: { BENCH_DATABASE: server.url() },
    stop: () => server.dispose(),
  };
}

async function azurite(): Promise<Measured | string> {
  const program = join(here, "..", "servers/azure-blob/node_modules/azurite/dist/src/blob/main.js");
  if (!existsSync(program)) return absent("azure-blob", "Azurite");
  const port = 18_990;
  const flags = ["--silent", "--skipApiVersionCheck", "--disableTelemetry", "--inMemoryPersistence"];
  const address = ["--blobHost", "127.0.0.1", "--blobPort", String(port)];
  const emulator = spawn(process.execPath, [program, ...flags, ...address], { stdio: "ignore" });
  const endpoint = `http://127.0.0.1:${port}/${ACCOUNT}`;
  const service = new BlobServiceClient(endpoint, new StorageSharedKeyCredential(ACCOUNT, KEY));
  await untilDone(() => service.getContainerClient("bench").createIfNotExists());
  return {
    what: "azure-blob, on Azurite",
    name: "blobs",
    yaml: `{ use: azure-blob, account: ${ACCOUNT}, endpoint: "${endpoint}", container: bench, auth: { method: account-key, key: { env: BENCH_KEY } } }`,
    env: { BENCH_KEY: KEY },
    stop: async () => {
      emulator.kill();
      await once(emulator, "exit");
    },
  };
}

async function gateway(): Promise<Measured | string> {
  const cache = process.env["XDG_CACHE_HOME"] ?? join(homedir(), ".cache");
  if (!existsSync(join(cache, "daybook-test", "ceph-sid"))) return absent("s3", "Ceph's gateway");
  const { startGateway, GATEWAY_KEY, GATEWAY_SECRET } = await load<typeof Gateways>(
    "../servers/s3/rados-gateway.ts",
  );
  const running = await startGateway();
  const { endpoint } = running;
  const credentials = { accessKeyId: GATEWAY_KEY, secretAccessKey: GATEWAY_SECRET };
  const owner = new S3({ endpoint, region: "us-east-1", forcePathStyle: true, credentials });
  await owner.createBucket({ Bucket: "bench", ObjectLockEnabledForBucket: true });
  owner.destroy();
  return {
    what: "s3 with Object Lock, on Ceph's gateway",
    name: "worm",
    yaml: `{ use: s3, bucket: bench, endpoint: "${endpoint}", region: us-east-1, pathStyle: true, objectLock: governance }`,
    env: { AWS_ACCESS_KEY_ID: GATEWAY_KEY, AWS_SECRET_ACCESS_KEY: GATEWAY_SECRET },
    stop: () => running.stop(),
  };
}

/** The postgres sink against `psql \\copy`, the server's CPU included; it says itself whether the target is met. */
function compareWithCopy(): void {
  const args = [join(here, "postgres-bench.ts")];
  if (existsSync(POSTGRES)) spawnSync(process.execPath, args, { stdio: "inherit" });
  else process.stdout.write(`${absent("postgres beside psql", "PostgreSQL")}\n`);
}

function absent(sink: string, server: string): string {
  return `${sink.padEnd(40)} not measured: ${server} is not installed; npm run test:servers installs it`;
}

async function untilDone(act: () => Promise<unknown>): Promise<void> {
  for (let left = 100; ; left -= 1) {
    try {
      await act();
      return;
    } catch (error) {
      if (left === 0) throw error;
      await sleep(100);
    }
  }
}
