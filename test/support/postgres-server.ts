import { spawn, spawnSync } from "node:child_process";
import type { ChildProcess } from "node:child_process";
import { once } from "node:events";
import {
  appendFileSync,
  chownSync,
  existsSync,
  mkdtempSync,
  readFileSync,
  readdirSync,
  rmSync,
  writeFileSync,
} from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { setTimeout as sleep } from "node:timers/promises";
import { Client } from "pg";
import type { QueryResult } from "pg";
import { freePort } from "./free-port.js";

/** A PostgreSQL of its own, on loopback, in a temporary folder, with data that survive a crash. */
export interface PostgresServer {
  readonly port: number;
  /** The folder of its Unix socket. */
  readonly folder: string;
  /** The connection string of a role; the superuser's when none is named. */
  url(user?: string, password?: string): string;
  /** Runs statements as the superuser; the rows of the last one. */
  query(sql: string): Promise<readonly Record<string, unknown>[]>;
  /** Runs psql as the superuser. */
  psql(args: readonly string[]): string;
  start(): Promise<void>;
  /** As a power cut would end it: nothing is written any more. */
  kill(): Promise<void>;
  /** CPU seconds of the server and of all that it started, so far. */
  cpuSeconds(): number;
  dispose(): Promise<void>;
}

export interface PostgresCertificate {
  readonly pem: string;
  readonly keyPem: string;
}

const PASSWORD = "p%s/w@rd: 'quoted' ü";
const SUPERUSER = "archiver";
const PACKAGES = "/usr/lib/postgresql";

/** Installs Debian's PostgreSQL where there is none; throws where that cannot be done. */
export function installPostgres(): string {
  const known = newestBin();
  if (known !== undefined) return known;
  run("apt-get", ["update", "-q"]);
  run("apt-get", ["install", "-q", "-y", "--no-install-recommends", "postgresql"]);
  const installed = newestBin();
  if (installed === undefined) throw new Error(`the package postgresql brought no ${PACKAGES}/*/bin/initdb`);
  return installed;
}

export async function startPostgres(certificate?: PostgresCertificate): Promise<PostgresServer> {
  const bin = installPostgres();
  const folder = mkdtempSync(join(tmpdir(), "daybook-postgres-"));
  const port = await freePort();
  const owner = unprivileged();
  if (owner !== undefined) chownSync(folder, owner.uid, owner.gid);
  const data = join(folder, "data");
  writeOwned(join(folder, "password"), `${PASSWORD}\n`, owner);
  const setUp = [`-D${data}`, `-U${SUPERUSER}`, "-Ascram-sha-256", `--pwfile=${join(folder, "password")}`];
  run(join(bin, "initdb"), [...setUp, "--locale=C.UTF-8", "-EUTF8", "--no-sync"], owner);
  const settings = [
    "listen_addresses = '127.0.0.1'",
    `port = ${port}`,
    `unix_socket_directories = '${folder}'`,
    "logging_collector = off",
  ];
  if (certificate !== undefined) {
    writeOwned(join(data, "server.crt"), certificate.pem, owner);
    writeOwned(join(data, "server.key"), certificate.keyPem, owner);
    settings.push("ssl = on");
  }
  appendFileSync(join(data, "postgresql.conf"), `${settings.join("\n")}\n`);

  let running: ChildProcess | undefined;
  const url = (user = SUPERUSER, password = PASSWORD): string =>
    `postgres://${user}:${encodeURIComponent(password)}@127.0.0.1:${port}/postgres`;
  const query = async (sql: string): Promise<readonly Record<string, unknown>[]> => {
    const client = new Client({ connectionString: url(), ssl: false });
    client.on("error", () => {});
    await client.connect();
    try {
      const answer: unknown = await client.query(sql);
      const last = (Array.isArray(answer) ? answer.at(-1) : answer) as QueryResult;
      return last.rows;
    } finally {
      await client.end();
    }
  };
  const start = async (): Promise<void> => {
    for (let attempt = 1; ; attempt += 1) {
      const log = join(folder, "log");
      const child = spawn(join(bin, "postgres"), [`-D${data}`], {
        ...owner,
        cwd: folder,
        stdio: ["ignore", "ignore", "pipe"],
      });
      child.stderr?.on("data", (text: Buffer) => appendFileSync(log, text));
      running = child;
      if (await answers(query, child)) return;
      // After a crash its children may still be ending: they hold the memory that a new one needs.
      if (attempt === 5) throw new Error(`postgres did not start, see ${log}`);
      await sleep(500);
    }
  };
  const end = async (signal: "SIGKILL" | "SIGINT"): Promise<void> => {
    const child = running;
    running = undefined;
    if (child?.pid === undefined || child.exitCode !== null || child.signalCode !== null) return;
    child.kill(signal);
    await once(child, "exit");
  };
  await start();
  return {
    port,
    folder,
    url,
    query,
    psql: (args) => {
      const env = { PATH: process.env["PATH"], PGPASSWORD: PASSWORD };
      const found = spawnSync(
        join(bin, "psql"),
        [`-h${folder}`, `-p${port}`, `-U${SUPERUSER}`, "-dpostgres", "-vON_ERROR_STOP=1", ...args],
        { encoding: "utf8", env },
      );
      if (found.status !== 0) throw new Error(`psql ${args.join(" ")}: ${found.stderr}`);
      return found.stdout;
    },
    start,
    kill: () => end("SIGKILL"),
    cpuSeconds: () => cpuSecondsBelow(running?.pid),
    dispose: async () => {
      await end("SIGINT");
      rmSync(folder, { recursive: true, force: true });
    },
  };
}

function newestBin(): string | undefined {
  const versions = existsSync(PACKAGES)
    ? readdirSync(PACKAGES).toSorted((a, b) => Number(b) - Number(a))
    : [];
  return versions
    .map((version) => join(PACKAGES, version, "bin"))
    .find((bin) => existsSync(join(bin, "initdb")));
}

interface Owner {
  readonly uid: number;
  readonly gid: number;
}

/** PostgreSQL refuses to run as root, which then is `nobody`. */
function unprivileged(): Owner | undefined {
  if (process.getuid?.() !== 0) return undefined;
  return { uid: idOfNobody("-u"), gid: idOfNobody("-g") };
}

function idOfNobody(flag: "-u" | "-g"): number {
  return Number(spawnSync("id", [flag, "nobody"], { encoding: "utf8" }).stdout);
}

function writeOwned(path: string, text: string, owner: Owner | undefined): void {
  writeFileSync(path, text, { mode: 0o600 });
  if (owner !== undefined) chownSync(path, owner.uid, owner.gid);
}

function run(command: string, args: readonly string[], owner?: Owner): void {
  const { status, stderr, error } = spawnSync(command, args, {
    ...owner,
    cwd: tmpdir(),
    encoding: "utf8",
    env: { ...process.env, DEBIAN_FRONTEND: "noninteractive" },
  });
  if (status !== 0)
    throw new Error(`${command} ended with ${status ?? error?.message ?? "a signal"}: ${stderr}`);
}

async function answers(query: PostgresServer["query"], child: ChildProcess): Promise<boolean> {
  for (let waited = 0; waited < 30_000; waited += 100) {
    if (child.exitCode !== null) return false;
    try {
      await query("SELECT 1");
      return true;
    } catch {
      await sleep(100);
    }
  }
  return false;
}

/** The server counts the time of a child when it has ended, and its own. */
function cpuSecondsBelow(pid: number | undefined): number {
  if (pid === undefined) return 0;
  const stat = readFileSync(`/proc/${pid}/stat`, "utf8");
  // https://man7.org/linux/man-pages/man5/proc_pid_stat.5.html: fields 14 to 17, in hundredths of a second.
  const fields = stat.slice(stat.lastIndexOf(")") + 2).split(" ");
  return fields.slice(11, 15).reduce((sum, ticks) => sum + Number(ticks), 0) / 100;
}
