import { execFile } from "node:child_process";
import { copyFile, mkdtemp, rm } from "node:fs/promises";
import { createServer } from "node:net";
import { homedir, tmpdir } from "node:os";
import { join } from "node:path";
import { promisify } from "node:util";

const run = promisify(execFile);
const here = import.meta.dirname;

export const GATEWAY_KEY = "writerkey";
export const GATEWAY_SECRET = "writersecret0123456789";

export interface Gateway {
  readonly endpoint: string;
  /** The server's own words, such as `ceph version 20.2.4`. */
  readonly version: string;
  stop(): Promise<void>;
}

/** Starts Ceph's object gateway from Debian sid, with a memory store of its own; makes the root folder when it is absent. */
export async function startGateway(): Promise<Gateway> {
  const cache = join(process.env["XDG_CACHE_HOME"] ?? join(homedir(), ".cache"), "daybook-test");
  const root = join(cache, "ceph-sid");
  await run("bash", [join(here, "sid-root.sh"), root]);
  const folder = await mkdtemp(join(tmpdir(), "daybook-ceph-"));
  const script = join(folder, "ceph-rgw.sh");
  await copyFile(join(here, "ceph-rgw.sh"), script);
  const port = await freePorts();
  const inRoot = (...command: string[]) => run("bash", [join(here, "in-root.sh"), root, folder, ...command]);
  const { stdout } = await inRoot("radosgw", "--version");
  try {
    await inRoot("bash", script, "start", join(folder, "state"), String(port));
  } catch (error) {
    await run("bash", [script, "stop", join(folder, "state")]);
    throw error;
  }
  return {
    endpoint: `http://127.0.0.1:${port}`,
    version: stdout.trim(),
    stop: async () => {
      await run("bash", [script, "stop", join(folder, "state")]);
      await rm(folder, { recursive: true, force: true });
    },
  };
}

/** A port that is free together with the next one, which the monitor takes. */
async function freePorts(): Promise<number> {
  for (let port = 18_480; port < 18_980; port += 2) {
    if ((await isFree(port)) && (await isFree(port + 1))) return port;
  }
  throw new Error("no two free ports from 18480 to 18980");
}

function isFree(port: number): Promise<boolean> {
  const { promise, resolve } = Promise.withResolvers<boolean>();
  const server = createServer();
  server.once("error", () => resolve(false));
  server.listen(port, "127.0.0.1", () => server.close(() => resolve(true)));
  return promise;
}
