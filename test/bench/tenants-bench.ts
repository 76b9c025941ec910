// How soon `daybook run` is ready with many tenants of seven years each, and what memory it takes: `npm run build`, then
// `node test/bench/tenants-bench.ts [TENANTS]`. Of each ledger lies on disk what a start reads (first entry, checkpoint, what
// came after it); the packages of the last 28 days are whole. Compare within one run; the machine is noisy.
import { spawn } from "node:child_process";
import { mkdirSync, mkdtempSync, readFileSync, rmSync, symlinkSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { dirname, join } from "node:path";
import { createInterface } from "node:readline";
import { setTimeout as sleep } from "node:timers/promises";
import type * as Archive from "../../src/ledger/open-archive.js";
import type * as Checkpoints from "../../src/ledger/checkpoint.js";
import type * as Entries from "../../src/ledger/entry-format.js";
import type * as Heads from "../../src/archive/head.js";
import type * as Trees from "../../src/bytes/merkle-tree.js";
import type * as Keys from "../../src/ledger/signing-key.js";
import type { LedgerIndex } from "../../src/ledger/ledger-index.js";
import type * as Disk from "../../src/io/node-files.js";
import type { Act, LedgerEntry } from "../../src/model/ledger-entry.js";
import type * as LedgerPaths from "../../src/model/ledger-entry.js";
import type * as Hashes from "../../src/model/sha256.js";
import type * as Days from "../../src/model/utc-day.js";
import type { UtcDay } from "../../src/model/utc-day.js";
import { unitFlags } from "./unit-flags.ts";

const YEARS = 7;
const LOCAL_DAYS = 28;
/** Entries after the checkpoint: a start reads 63 one by one at most. */
const TAIL = 60;
const READY_TARGET_S = 5;
const MEMORY_TARGET_MIB = 400;
const DAY_MS = 86_400_000;

const tenants = Number(process.argv[2] ?? 100);
const here = import.meta.dirname;
const dist = join(here, "..", "..", "dist");
const load = <T>(path: string): Promise<T> => import(join(dist, path)) as Promise<T>;
const { openArchive } = await load<typeof Archive>("src/ledger/open-archive.js");
const { signCheckpoint } = await load<typeof Checkpoints>("src/ledger/checkpoint.js");
const { signEntry } = await load<typeof Entries>("src/ledger/entry-format.js");
const { signHead } = await load<typeof Heads>("src/archive/head.js");
const { MerkleTree, leafHash } = await load<typeof Trees>("src/bytes/merkle-tree.js");
const { SigningKey } = await load<typeof Keys>("src/ledger/signing-key.js");
const { nodeFiles } = await load<typeof Disk>("src/io/node-files.js");
const { entryPath, headPath } = await load<typeof LedgerPaths>("src/model/ledger-entry.js");
const { sha256Hex } = await load<typeof Hashes>("src/model/sha256.js");
const { addDays, dayEndMs, isoTime, utcDayOf } = await load<typeof Days>("src/model/utc-day.js");

const PEM =
  "-----BEGIN PRIVATE KEY-----\nMC4CAQAwBQYDK2VwBCIEIAABAgMEBQYHCAkKCwwNDg8QERITFBUWFxgZGhscHR4f\n-----END PRIVATE KEY-----\n";
const key = SigningKey.fromPem(PEM, "the bench's key");
const nowMs = Date.now();
const lastDay = addDays(utcDayOf(nowMs), -2);
const firstDay = addDays(lastDay, -YEARS * 365);
const scratch = mkdtempSync(join(tmpdir(), "daybook-tenants-"));

try {
  const names = Array.from({ length: tenants }, (_, number) => `tenant-${String(number).padStart(3, "0")}`);
  let entries = 0;
  for (const [number, name] of names.entries()) entries += await makeTenant(name, number);
  writeFileSync(join(scratch, "key.pem"), PEM, { mode: 0o600 });
  writeFileSync(join(scratch, "daybook.yaml"), configuration(names), { mode: 0o600 });
  process.stdout.write(
    `${tenants} tenants, ${YEARS} years each, ${(entries / tenants).toFixed(0)} entries in each ledger\n`,
  );
  const good = await measure();
  process.exitCode = good ? 0 : 1;
} finally {
  rmSync(scratch, { recursive: true, force: true });
}

async function makeTenant(name: string, number: number): Promise<number> {
  const root = join(scratch, "state", name);
  const archive = await openArchive(
    {
      files: nodeFiles,
      // Its first day is the horizon of the day on which it was made.
      clock: { now: () => dayEndMs(firstDay) + (LOCAL_DAYS - 2) * DAY_MS, sleep: () => Promise.resolve() },
      root,
      tenantId: tenantIdOf(number),
      signingKey: key,
      documents: { readme: Buffer.from("readme\n"), format: Buffer.from("format\n") },
      signedHeads: dirname(root),
    },
    new AbortController().signal,
  );
  const { identity, ledger, signer } = archive;
  const { origin } = identity;
  const { index } = ledger;
  let [size, prev] = [ledger.size, ledger.lastHash];
  const tree = new MerkleTree();
  tree.add(leafHash(readFileSync(join(root, entryPath(0)))));
  const all = [...acts(root, identity, index, signer)];
  for (const { act, time } of all) {
    const entry: LedgerEntry = { seq: size, prev, time: isoTime(time), actor: "daybook", ...act };
    const bytes = signEntry(entry, signer);
    index.add(entry);
    [size, prev] = [size + 1, sha256Hex(bytes)];
    tree.add(leafHash(bytes));
    const isTail = size > all.length + 1 - TAIL - 1;
    if (isTail) write(root, entryPath(entry.seq), bytes);
    if (isTail) write(root, headPath(size), signHead({ origin, size, root: tree.root() }, signer));
    if (size === all.length + 1 - TAIL)
      write(
        root,
        "checkpoint",
        signCheckpoint(origin, { size, lastHash: prev, tree, provedAt: nowMs, index }, signer),
      );
  }
  rmSync(join(root, "head"));
  symlinkSync(headPath(size), join(root, "head"));
  return size;
}

function* acts(
  root: string,
  { archiveId, tenantId }: { readonly archiveId: string; readonly tenantId: string },
  index: LedgerIndex,
  signer: { readonly keyId: string; sign(bytes: Uint8Array): Uint8Array },
): Generator<{ readonly act: Act; readonly time: number }> {
  for (let back = YEARS * 365; back >= 0; back -= 1) {
    const day = addDays(lastDay, -back);
    const ended = dayEndMs(day);
    const claims = {
      archive_id: archiveId,
      tenant_id: tenantId,
      previous: index.previous,
      key_id: signer.keyId,
    };
    const manifest =
      back < LOCAL_DAYS ? placePackage(root, day, claims, signer) : sha256Hex(`${archiveId} ${day}`);
    const seal = { day, revision: 1, manifest_sha256: manifest };
    yield { act: { type: "day-sealed", ...seal }, time: ended + 26 * 3_600_000 };
    for (const sink of ["vault", "lake"])
      yield { act: { type: "sink-delivered", sink, records: 12_345, ...seal }, time: ended + 27 * 3_600_000 };
    for (const after of [3, 7, 21])
      if (ended + after * DAY_MS < nowMs)
        yield {
          act: { type: "day-rechecked", day, revision: 1, event_set_sha256: manifest },
          time: ended + after * DAY_MS + 3_600_000,
        };
  }
}

/** Whole, but with little in it. Gives the manifest's hash. */
function placePackage(
  root: string,
  day: UtcDay,
  claims: object,
  signer: { sign(bytes: Uint8Array): Uint8Array },
): string {
  const folder = `days/${day.replaceAll("-", "/")}/r0001`;
  const names = Array.from({ length: 24 }, (_, hour) => `h${String(hour).padStart(2, "0")}-0001.json.zst`);
  const contents = [...names, "pages.jsonl", "events.ndjson.zst"].map((path) => ({
    path,
    text: `${path} of ${day}\n`,
  }));
  const files = contents.map(({ path, text }) => ({ path, bytes: text.length, sha256: sha256Hex(text) }));
  const manifest = Buffer.from(
    `${JSON.stringify({ format: "daybook/1", day, revision: 1, supersedes: null, ...claims, files, retention: { schedule: "bench", keep: "7y" }, config_sha256: "", completeness: { distinct: 12_345, carried: 0, by_activity: {} }, diff: { against: null, added: 0, removed: 0, changed: 0 } })}\n`,
  );
  const sums = [...files, { path: "manifest.json", sha256: sha256Hex(manifest) }];
  for (const { path, text } of contents) write(root, `${folder}/${path}`, text);
  write(root, `${folder}/SHA256SUMS`, sums.map(({ path, sha256 }) => `${sha256}  ${path}\n`).join(""));
  write(root, `${folder}/manifest.json`, manifest);
  write(root, `${folder}/manifest.json.sig`, signer.sign(manifest));
  return sha256Hex(manifest);
}

function write(root: string, path: string, bytes: string | Uint8Array): void {
  mkdirSync(dirname(join(root, path)), { recursive: true });
  writeFileSync(join(root, path), bytes);
}

function tenantIdOf(number: number): string {
  return `8d5b3f6e-2f0c-4f7e-9a51-${number.toString(16).padStart(12, "0")}`;
}

/** The source is a port at which nobody listens: what is measured is the start. */
function tenantLine(name: string, number: number): string {
  return `  ${name}: { tenantId: ${tenantIdOf(number)}, cloud: custom, endpoints: { api: "http://127.0.0.1:9/" }, auth: { method: token, token: { env: BENCH_TOKEN } } }`;
}

function configuration(names: readonly string[]): string {
  return [
    `stateDir: ${scratch}/state`,
    "tenants:",
    ...names.map(tenantLine),
    "retention: { schedule: bench, keep: 7y }",
    `signing: { privateKey: { file: ${scratch}/key.pem } }`,
    "serve: { listen: 127.0.0.1:0 }",
    `sinks: { vault: { use: local-files, path: ${scratch}/vault }, lake: { use: local-files, path: ${scratch}/lake } }`,
    "",
  ].join("\n");
}

async function measure(): Promise<boolean> {
  const startedMs = performance.now();
  const daemon = spawn(
    process.execPath,
    [...unitFlags(), join(dist, "src/main.js"), "run", "--config", join(scratch, "daybook.yaml")],
    {
      stdio: ["ignore", "inherit", "pipe"],
      // With what the unit tells glibc.
      env: {
        ...process.env,
        BENCH_TOKEN: "token-of-the-bench",
        MALLOC_ARENA_MAX: "1",
        MALLOC_TRIM_THRESHOLD_: "131072",
      },
    },
  );
  try {
    const told = new Map<string, number>();
    let ready: { readonly seconds: number; readonly mib: number; readonly cpu: number } | undefined;
    for await (const line of createInterface({ input: daemon.stderr })) {
      const { msg = "", code = "" } = JSON.parse(line) as { readonly msg?: string; readonly code?: string };
      told.set(`${msg} ${code}`, (told.get(`${msg} ${code}`) ?? 0) + 1);
      if (msg !== "daemon ready") continue;
      ready = {
        seconds: (performance.now() - startedMs) / 1_000,
        mib: memory(daemon.pid, "VmRSS"),
        cpu: cpuSeconds(daemon.pid),
      };
      break;
    }
    daemon.stderr.resume();
    if (ready === undefined) throw new Error(`not ready: ${JSON.stringify([...told])}`);
    process.stdout.write(
      `ready after ${ready.seconds.toFixed(1)} s (target: ${READY_TARGET_S}), ${ready.cpu.toFixed(1)} CPU-s, with ${ready.mib.toFixed(0)} MiB (target: ${MEMORY_TARGET_MIB})\n`,
    );
    await sleep(120_000);
    const [later, peak] = [memory(daemon.pid, "VmRSS"), memory(daemon.pid, "VmHWM")];
    process.stdout.write(
      `two minutes later ${later.toFixed(0)} MiB, peak ${peak.toFixed(0)} MiB, after a pass over all tenants at once\n`,
    );
    return ready.seconds <= READY_TARGET_S && ready.mib <= MEMORY_TARGET_MIB;
  } finally {
    daemon.kill();
  }
}

/** Of all threads, by the kernel's count of 100 a second (proc_pid_stat(5)). */
function cpuSeconds(pid: number | undefined): number {
  const fields = readFileSync(`/proc/${pid}/stat`, "utf8").split(") ")[1]?.split(" ") ?? [];
  return (Number(fields[11]) + Number(fields[12])) / 100;
}

/** In MiB. */
function memory(pid: number | undefined, name: string): number {
  const match = new RegExp(`^${name}:\\s+(\\d+) kB$`, "m").exec(readFileSync(`/proc/${pid}/status`, "utf8"));
  return Number(match?.[1] ?? Number.NaN) / 1024;
}
