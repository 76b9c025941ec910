// How long the worst pages that are accepted keep the event loop, and what memory they take. Arguments name another dist/ to
// compare with, and pages, of which all are measured otherwise: `node test/bench/pages-bench.ts ../other/dist "no events"`.
import { spawn } from "node:child_process";
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { createServer } from "node:http";
import type { AddressInfo } from "node:net";
import { tmpdir } from "node:os";
import { join, resolve } from "node:path";
import { gzipSync } from "node:zlib";

const BODY_BYTES = 32 * 1024 * 1024;
const MAX_EVENTS = 100_000;
const VALUE_BYTES = 2 * 1024 * 1024 - 100;
const TENANT_ID = "11111111-2222-4333-8444-555555555555";

const [dist = join(import.meta.dirname, "..", "..", "dist"), ...wanted] = process.argv.slice(2);
const main = join(resolve(dist), "src", "main.js");
const scratch = mkdtempSync(join(tmpdir(), "daybook-pages-"));
const day = new Date(Date.now() - 4 * 86_400_000).toISOString().slice(0, 10);

/** Each page fills a body of 32 MiB, or has as many events as a page may have. */
const PAGES: Readonly<Record<string, () => string>> = {
  "no events": () => pageOf([]),
  "equal small events": () => repeated('{"Id":"a"}', MAX_EVENTS),
  "equal events of a usual size": () => repeated(usualEvent("a"), MAX_EVENTS),
  "large lists of numbers": () => filled((id) => `{"Id":"${id}","x":[${"1,".repeat(VALUE_BYTES / 2)}1]}`),
  "large texts of escapes": () =>
    filled((id) => `{"Id":"${id}","x":"${String.raw`\u0041`.repeat(VALUE_BYTES / 6)}"}`),
  "large texts in pretty print": () => filled((id) => `{\r\n"Id":"${id}","x":"${"x".repeat(VALUE_BYTES)}"}`),
  "many fields": () =>
    filled((id) => `{"Id":"${id}",${Array.from({ length: 60 }, (_, at) => `"Field${at}":${at}`).join()}}`),
  "white space": () => `{${`"x":1,${" ".repeat(VALUE_BYTES)}`.repeat(15)}${pageOf([]).slice(1)}`,
};

function pageOf(events: readonly string[]): string {
  return `{"activityEventEntities":[${events.join(",")}],"continuationToken":null}`;
}

function repeated(event: string, count: number): string {
  return pageOf(Array.from({ length: count }, () => event));
}

function usualEvent(id: string): string {
  return `{"Id":"${id}","CreationTime":"${day}T12:30:00","Activity":"ViewReport","x":"${"x".repeat(200)}"}`;
}

function filled(event: (id: number) => string): string {
  const count = Math.min(MAX_EVENTS, Math.floor((BODY_BYTES - 100) / (event(MAX_EVENTS).length + 1)));
  return pageOf(Array.from({ length: count }, (_, id) => event(id)));
}

interface Figures {
  /** The longest time without a tick of the event loop, by the wall clock and by the work of its thread. */
  readonly loopDelayMs: number;
  readonly loopBusyMs: number;
  readonly peakMiB: number;
  readonly seconds: number;
}

try {
  for (const [name, page] of Object.entries(PAGES)) {
    if (wanted.length > 0 && !wanted.includes(name)) continue;
    const { archive, verify } = await measure(page());
    process.stdout.write(`${name.padEnd(30)} archive ${shown(archive)}   verify ${shown(verify)}\n`);
  }
} finally {
  rmSync(scratch, { recursive: true, force: true });
}

function shown({ loopDelayMs, loopBusyMs, peakMiB, seconds }: Figures): string {
  return `${loopDelayMs.toFixed(0).padStart(6)} ms loop (${loopBusyMs.toFixed(0)} ms busy) ${peakMiB.toFixed(0).padStart(5)} MiB ${seconds.toFixed(1).padStart(6)} s`;
}

/** The page stands in hour 12; the other hours are empty. */
async function measure(page: string): Promise<{ readonly archive: Figures; readonly verify: Figures }> {
  const [packed, empty] = [gzipSync(page), gzipSync(pageOf([]))];
  const server = createServer((request, response) => {
    response.writeHead(200, { "content-type": "application/json", "content-encoding": "gzip" });
    response.end(request.url?.includes("T12:00:00") === true ? packed : empty);
  });
  await new Promise<void>((listening) => server.listen(0, "127.0.0.1", listening));
  const folder = mkdtempSync(join(scratch, "run-"));
  try {
    const config = join(folder, "daybook.yaml");
    writeFileSync(config, configuration((server.address() as AddressInfo).port, folder), { mode: 0o600 });
    const archive = await run(["archive", "--config", config, "--day", day, "--json"]);
    const verify = await run(["verify", "--config", config, "--level", "deep", "--json"]);
    return { archive, verify };
  } finally {
    server.closeAllConnections();
    server.close();
    rmSync(folder, { recursive: true, force: true });
  }
}

function configuration(port: number, folder: string): string {
  return `stateDir: ${folder}/state
tenants:
  bench:
    tenantId: ${TENANT_ID}
    cloud: custom
    endpoints: { api: "http://127.0.0.1:${port}" }
    auth: { method: token, token: { env: BENCH_TOKEN } }
retention: { schedule: bench, keep: 1y }
log: { level: error }
sinks: { vault: { use: local-files, path: ${folder}/vault } }
`;
}

async function run(args: readonly string[]): Promise<Figures> {
  const usageFile = join(scratch, "usage.json");
  const usage = join(import.meta.dirname, "usage.mjs");
  const env = { ...process.env, DAYBOOK_USAGE_FILE: usageFile, BENCH_TOKEN: "a token of the bench" };
  const started = performance.now();
  const child = spawn(process.execPath, ["--import", usage, main, ...args], {
    env,
    stdio: ["ignore", "pipe", "inherit"],
  });
  const output = child.stdout.toArray();
  const status = await new Promise<number | null>((ended) => child.on("exit", ended));
  const seconds = (performance.now() - started) / 1000;
  if (status !== 0)
    process.stdout.write(`${args[0]} ended with ${status}: ${String(await output).slice(0, 300)}\n`);
  return { ...(JSON.parse(readFileSync(usageFile, "utf8")) as Figures), seconds };
}
