// What the Parquet sink costs beside its writer alone, each in a process of its own: `npm run build`, then
// `node test/bench/parquet-bench.ts [EVENTS]`. Compare ratios within one run; the machine is noisy.
import { spawnSync } from "node:child_process";
import { createReadStream, createWriteStream, mkdtempSync, readFileSync, rmSync, statSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { createInterface } from "node:readline";
import { once } from "node:events";
import { zstdCompressSync } from "node:zlib";

interface Figures {
  readonly cpuSeconds: number;
  readonly peakMiB: number;
}

const DAY = "2026-11-18";
const RUNS = 3;
const TARGET = 1.25;
const GROUP = 10_000;
const dist = join(import.meta.dirname, "..", "..", "dist");

const [mode = "200000", ndjson = "", out = ""] = process.argv.slice(2);
if (mode === "lines") await readOnly();
else if (mode === "alone") await writeAlone();
else if (mode === "sink") await writeWithSink("hyparquet-writer");
else if (mode === "sink-parquetjs") await writeWithSink("parquetjs-lite");
else await compare(Number(mode));

async function compare(events: number): Promise<void> {
  const scratch = mkdtempSync(join(tmpdir(), "daybook-parquet-bench-"));
  try {
    const input = join(scratch, "lines.ndjson");
    await writeLines(events, input);
    const lines = measure("lines", input, scratch);
    const alone = measure("alone", input, scratch);
    const sink = measure("sink", input, scratch);
    const other = measure("sink-parquetjs", input, scratch);
    print("record lines read, nothing written", events, lines);
    print("hyparquet-writer alone", events, alone);
    print("sink parquet", events, sink);
    print("sink parquet, engine parquetjs-lite", events, other);
    const ratio = sink.cpuSeconds / alone.cpuSeconds;
    const bare = (sink.cpuSeconds - lines.cpuSeconds) / (alone.cpuSeconds - lines.cpuSeconds);
    process.stdout.write(
      `sink / alone: ${ratio.toFixed(2)} x the CPU (target ${TARGET}), ${bare.toFixed(2)} without reading\n`,
    );
  } finally {
    rmSync(scratch, { recursive: true, force: true });
  }
}

/** A day of the simulated tenant as record lines. */
async function writeLines(events: number, path: string): Promise<void> {
  const { Tenant } = await import(join(dist, "packages/simulator/tenant.js"));
  const { Truth } = await import(join(dist, "packages/simulator/truth.js"));
  const { CALM_SCENARIO } = await import(join(dist, "packages/simulator/scenario.js"));
  const file = createWriteStream(path);
  const truth = new Truth(new Tenant({ ...CALM_SCENARIO, eventsPerDay: () => events }));
  for (const event of truth.distinctEventsOf(DAY, Infinity)) {
    if (!file.write(Buffer.concat([event, Buffer.from("\n")]))) await once(file, "drain");
  }
  file.end();
  await once(file, "finish");
}

/** The median of some runs by their CPU time. */
function measure(what: string, input: string, scratch: string): Figures {
  const usageFile = join(scratch, "usage.json");
  const usage = join(import.meta.dirname, "usage.mjs");
  const runs = Array.from({ length: RUNS }, (_, run): Figures => {
    const args = ["--import", usage, import.meta.filename, what, input, join(scratch, `${what}-${run}`)];
    const env = { ...process.env, DAYBOOK_USAGE_FILE: usageFile };
    const { status } = spawnSync(process.execPath, args, { env, stdio: ["ignore", "inherit", "inherit"] });
    if (status !== 0) throw new Error(`${what} ended with ${status}`);
    return JSON.parse(readFileSync(usageFile, "utf8"));
  });
  return runs.toSorted((a, b) => a.cpuSeconds - b.cpuSeconds)[RUNS >> 1] ?? { cpuSeconds: NaN, peakMiB: NaN };
}

function print(name: string, events: number, { cpuSeconds, peakMiB }: Figures): void {
  const rate = Math.round(events / cpuSeconds).toLocaleString("en");
  process.stdout.write(
    `${name.padEnd(40)} ${cpuSeconds.toFixed(2).padStart(7)} CPU-s ${rate.padStart(9)} events/CPU-s ${peakMiB.toFixed(0).padStart(5)} MiB peak\n`,
  );
}

function readLines(): AsyncIterable<string> {
  return createInterface({ input: createReadStream(ndjson), crlfDelay: Infinity });
}

async function readOnly(): Promise<void> {
  let rows = 0;
  for await (const line of readLines()) rows += JSON.parse(line) === null ? 0 : 1;
  process.stderr.write(rows > 0 ? "" : "no line was read\n");
}

/** The plainest program that writes the same columns of the same rows with hyparquet-writer and its own file writer. */
async function writeAlone(): Promise<void> {
  const { ParquetWriter } = await import("hyparquet-writer");
  const { fileWriter } = await import("hyparquet-writer/src/node.js");
  const { EVENT_COLUMNS, fitting } = await import(join(dist, "src/plugin/event-columns.js"));
  const types: Record<string, object> = {
    text: { type: "BYTE_ARRAY", converted_type: "UTF8" },
    integer: { type: "INT32" },
    boolean: { type: "BOOLEAN" },
    timestamp: { type: "INT64", converted_type: "TIMESTAMP_MILLIS" },
  };
  const schema = [
    { name: "root", num_children: EVENT_COLUMNS.length },
    ...EVENT_COLUMNS.map(({ name, type }: { name: string; type: string }) => ({
      name,
      ...types[type],
      repetition_type: "OPTIONAL",
    })),
  ];
  const compressors = { ZSTD: (bytes: Uint8Array) => zstdCompressSync(bytes) };
  const writer = new ParquetWriter({ writer: fileWriter(out), schema, codec: "ZSTD", compressors });
  let rows: { readonly line: string; readonly fields: Record<string, unknown> }[] = [];
  let written = 0;
  const flush = async (): Promise<void> => {
    const own: Record<string, unknown[]> = {
      event: rows.map(({ line }) => line),
      record_no: rows.map((_, index) => written + index + 1),
      revision: rows.map(() => 1),
    };
    const columnData = EVENT_COLUMNS.map(({ name, type }: { name: string; type: string }) => ({
      name,
      data: own[name] ?? rows.map(({ fields }) => fitting(type, fields[name])),
    }));
    await writer.write({ columnData, rowGroupSize: GROUP });
    written += rows.length;
    rows = [];
  };
  for await (const line of readLines()) {
    rows.push({ line, fields: JSON.parse(line) });
    if (rows.length === GROUP) await flush();
  }
  if (rows.length > 0) await flush();
  await writer.finish();
}

async function writeWithSink(engine: string): Promise<void> {
  const [{ default: parquet }, { default: localFiles }, { nodeFiles }, { systemClock }] = await Promise.all(
    [
      "plugins/parquet/index.js",
      "plugins/local-files/index.js",
      "src/io/node-files.js",
      "src/io/clock.js",
    ].map((path) => import(join(dist, path))),
  );
  const log = { debug: () => {}, info: () => {}, warn: () => {}, error: () => {} };
  const host = { log, clock: systemClock, files: nodeFiles, tenant: "bench" };
  const store = localFiles.open(localFiles.options.parse({ path: out, reserve: "0" }), host);
  const to = { use: "local-files" };
  const sink = parquet.open(parquet.options.parse({ to, engine }), { ...host, openStore: () => store });
  const hash = "0".repeat(64);
  const batch = {
    tenant: "bench",
    tenantId: "c3d76ad3-667a-48b3-bcdf-889469a15ebe",
    day: DAY,
    revision: 1,
    manifestSha256: hash,
    records: await countLines(),
    eventSetSha256: hash,
    retainUntil: "2033-11-18",
    lines: readLines,
  };
  const { location } = await sink.write(batch, new AbortController().signal);
  if (statSync(join(out, location)).size === 0) throw new Error("the sink wrote no file");
}

/** Counts line ends, which costs next to nothing beside reading lines. */
async function countLines(): Promise<number> {
  let count = 0;
  for await (const piece of createReadStream(ndjson)) {
    for (let at = piece.indexOf(10); at !== -1; at = piece.indexOf(10, at + 1)) count += 1;
  }
  return count;
}
