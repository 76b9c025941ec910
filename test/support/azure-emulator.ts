import { execFile, spawn } from "node:child_process";
import type { ChildProcess } from "node:child_process";
import { once } from "node:events";
import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { setTimeout as sleep } from "node:timers/promises";
import { promisify } from "node:util";
import { ACCOUNT, serviceOf } from "./azure-server.js";
import type { BlobServer } from "./azure-server.js";
import { freePort } from "./free-port.js";

const PACKAGE = new URL("../servers/azure-blob/", import.meta.url);
const READY_MS = 60_000;

export interface Emulator extends BlobServer {
  /** Ends it; what it holds stays. */
  kill(): Promise<void>;
  /** Starts it again, on the same port. */
  start(): Promise<void>;
}

/** Installs Microsoft's emulator from its lock file and starts it on a free port; throws when it does not come up. */
export async function startEmulator(): Promise<Emulator> {
  await promisify(execFile)("npm", ["ci", "--no-audit", "--no-fund", "--ignore-scripts"], { cwd: PACKAGE });
  const folder = await mkdtemp(join(tmpdir(), "daybook-azurite-"));
  const port = await freePort();
  const endpoint = `http://127.0.0.1:${port}/${ACCOUNT}`;
  let running: ChildProcess | undefined;
  const start = async (): Promise<void> => {
    const emulator = spawnEmulator(folder, port);
    running = emulator;
    await untilReady(endpoint, () => emulator.exitCode === null);
  };
  const kill = async (): Promise<void> => {
    const emulator = running;
    running = undefined;
    if (emulator?.exitCode === null && emulator.kill()) await once(emulator, "exit");
  };
  const stop = async (): Promise<void> => {
    await kill();
    await rm(folder, { recursive: true, force: true });
  };
  try {
    await start();
  } catch (error) {
    await stop();
    throw error;
  }
  return { endpoint, stop, kill, start };
}

function spawnEmulator(folder: string, port: number): ChildProcess {
  const main = new URL("node_modules/azurite/dist/src/blob/main.js", PACKAGE);
  // The SDK speaks a newer version of the interface than the emulator knows.
  const flags = ["--silent", "--skipApiVersionCheck", "--disableTelemetry"];
  const place = ["--location", folder, "--blobHost", "127.0.0.1", "--blobPort", String(port)];
  return spawn(process.execPath, [main.pathname, ...flags, ...place], { stdio: "ignore" });
}

async function untilReady(endpoint: string, isRunning: () => boolean): Promise<void> {
  for (const startMs = performance.now(); performance.now() - startMs < READY_MS; await sleep(100)) {
    if (!isRunning()) throw new Error("azurite ended before it was ready");
    const answer = await serviceOf(endpoint)
      .getAccountInfo()
      .catch(() => undefined);
    if (answer !== undefined) return;
  }
  throw new Error(`azurite was not ready within ${READY_MS} ms`);
}
