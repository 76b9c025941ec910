// The postgres sink against `psql \copy` of the same lines into the same columns: after a build
// `node --import ./test/bench/ts-imports.ts test/bench/postgres-bench.ts`. Both sides' CPU and the server's are counted. Compare ratios within one run; the machine is noisy.
import { createWriteStream, readFileSync } from "node:fs";
import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { once } from "node:events";
import { setTimeout as sleep } from "node:timers/promises";
import type { Batch, Host } from "daybook/plugin";
import type * as Postgres from "../../plugins/postgres/index.js";
import type * as CopyRows from "../../plugins/postgres/copy-rows.js";
import type * as Samples from "../../packages/contract/sample-days.js";
import type * as Servers from "../support/postgres-server.js";

interface Figures {
  readonly seconds: number;
  readonly clientCpu: number;
  readonly serverCpu: number;
}

const EVENTS = Number(process.env["EVENTS"] ?? 200_000);
const ROUNDS = 3;
/** The lines are read twice, once for each table. */
const TARGET = 2;

const load = <T>(path: string): Promise<T> => import(new URL(path, import.meta.url).href) as Promise<T>;
const { default: postgres } = await load<typeof Postgres>("../../dist/plugins/postgres/index.js");
const copying = await load<typeof CopyRows>("../../dist/plugins/postgres/copy-rows.js");
const { batchOf, recordLine } = await load<typeof Samples>("../../dist/packages/contract/sample-days.js");
const { startPostgres } = await load<typeof Servers>("../support/postgres-server.ts");

const server = await startPostgres();
const folder = await mkdtemp(join(tmpdir(), "daybook-postgres-bench-"));
try {
  const lines = Array.from({ length: EVENTS }, (_, index) => lineOf(index));
  const files = await Promise.all(
    [copying.EVENTS, copying.EVENT_LINES].map(async (form) => ({ form, path: await writeRows(form, lines) })),
  );
  const sink: Figures[] = [];
  const plain: Figures[] = [];
  for (let round = 1; round <= ROUNDS; round += 1) {
    sink.push(await measureSink(batchOf(lines, { revision: round })));
    plain.push(await measurePsql(files));
  }
  const ours = median(sink);
  const theirs = median(plain);
  print("postgres sink", ours);
  print("psql \\copy", theirs);
  const ratio = totalCpu(ours) / totalCpu(theirs);
  process.stdout.write(
    `ratio: ${ratio.toFixed(2)} in CPU (target ${TARGET}), ${(ours.seconds / theirs.seconds).toFixed(2)} in time\n`,
  );
  process.exitCode = ratio <= TARGET ? 0 : 1;
} finally {
  await server.dispose();
  await rm(folder, { recursive: true });
}

/** About as long as a real event. */
function lineOf(index: number): string {
  return recordLine(index, undefined, {
    UserAgent:
      "Mozilla/5.0 (Windows NT 10.0; Win64; x64) AppleWebKit/537.36 (KHTML, like Gecko) Chrome/131.0",
    ClientIP: `10.1.${index % 250}.${index % 199}`,
    WorkSpaceName: `Workspace ${index % 300}`,
    WorkspaceId: `7c1d5b9e-0000-4000-8000-${String(index % 300).padStart(12, "0")}`,
    ReportName: `Übersicht ${index % 900}`,
    ReportId: `9a2d5b9e-0000-4000-8000-${String(index % 900).padStart(12, "0")}`,
    DatasetName: `Sales ${index % 500}`,
    DatasetId: `5f2d5b9e-0000-4000-8000-${String(index % 500).padStart(12, "0")}`,
    Datasets: [{ DatasetId: "5f2d5b9e", DatasetName: "Sales" }],
    ReportType: "PowerBIReport",
    RequestId: `1b2d5b9e-0000-4000-8000-${String(index).padStart(12, "0")}`,
    ActivityId: "00000000-0000-0000-0000-000000000000",
    DistributionMethod: "Workspace",
    ConsumptionMethod: "Power BI Web",
    OrganizationId: "8d5b3f6e-2f0c-4f7e-9a51-3f1f0f6f2a11",
    UserKey: "100320009d5f6c3a",
  });
}

async function writeRows(form: CopyRows.RowForm, lines: readonly string[]): Promise<string> {
  const { day } = batchOf([]);
  const path = join(folder, `${form.table}.copy`);
  const file = createWriteStream(path);
  const place = { tenant: "plain", day, revision: 1, records: lines.length };
  for (const [index, line] of lines.entries()) {
    if (!file.write(form.row(place, index + 1, line))) await once(file, "drain");
  }
  file.end();
  await once(file, "finish");
  return path;
}

/** Into tables made anew: deleting the day before is no part of a copy. */
async function measureSink(batch: Batch): Promise<Figures> {
  await server.query("DROP SCHEMA IF EXISTS daybook CASCADE");
  const options = postgres.options.parse({ connection: { env: "DATABASE_URL" } });
  const host = { tenant: "bench", secret: async () => server.url(), clock: { now: () => Date.now() } };
  const sink = postgres.open(options, host as unknown as Host);
  await sink.check(new AbortController().signal);
  return measure(async () => {
    const before = process.cpuUsage();
    await sink.write(batch, new AbortController().signal);
    const { user, system } = process.cpuUsage(before);
    return (user + system) / 1e6;
  });
}

/** Into the tables that the sink made, emptied: the same columns, keys and partitions. */
async function measurePsql(files: readonly { form: CopyRows.RowForm; path: string }[]): Promise<Figures> {
  await server.query("TRUNCATE daybook.events, daybook.event_lines");
  const copies = files.flatMap(({ form, path }) => [
    "-c",
    `\\copy daybook.${form.table} (${form.columns.join(", ")}) FROM '${path}'`,
  ]);
  return measure(async () => {
    const before = childrenCpuSeconds();
    server.psql(copies);
    return childrenCpuSeconds() - before;
  });
}

/** `copy` returns the CPU seconds of the client. */
async function measure(copy: () => Promise<number>): Promise<Figures> {
  await server.query("CHECKPOINT");
  const serverBefore = server.cpuSeconds();
  const started = performance.now();
  const clientCpu = await copy();
  const seconds = (performance.now() - started) / 1000;
  // The server counts a connection's time a moment after its end.
  await sleep(500);
  return { seconds, clientCpu, serverCpu: server.cpuSeconds() - serverBefore };
}

/** Of the children that have ended, such as psql: https://man7.org/linux/man-pages/man5/proc_pid_stat.5.html, fields 16 and 17. */
function childrenCpuSeconds(): number {
  const stat = readFileSync("/proc/self/stat", "utf8");
  const fields = stat.slice(stat.lastIndexOf(")") + 2).split(" ");
  return (Number(fields[13]) + Number(fields[14])) / 100;
}

function totalCpu({ clientCpu, serverCpu }: Figures): number {
  return clientCpu + serverCpu;
}

function median(figures: readonly Figures[]): Figures {
  const sorted = figures.toSorted((a, b) => totalCpu(a) - totalCpu(b));
  const middle = sorted[Math.floor(sorted.length / 2)];
  if (middle === undefined) throw new Error("nothing was measured");
  return middle;
}

function print(name: string, figures: Figures): void {
  const { seconds, clientCpu, serverCpu } = figures;
  const rate = Math.round(EVENTS / totalCpu(figures)).toLocaleString("en");
  process.stdout.write(
    `${name.padEnd(16)} ${rate.padStart(9)} events/CPU-s  ${seconds.toFixed(2)} s, CPU: client ${clientCpu.toFixed(2)} s, server ${serverCpu.toFixed(2)} s\n`,
  );
}
