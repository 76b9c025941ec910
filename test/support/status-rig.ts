import { once } from "node:events";
import { request } from "node:http";
import type { IncomingHttpHeaders, IncomingMessage } from "node:http";
import { onTestFinished } from "vitest";
import type { DaemonSnapshot } from "../../src/daemon/state.js";
import { Counts } from "../../src/serve/counts.js";
import { StatusServer } from "../../src/serve/status-server.js";
import type { StatusServerParts } from "../../src/serve/status-server.js";
import { NOW_MS, SampleState, USAGE, silentLog } from "./status-sample.js";
import { VirtualClock } from "./virtual-clock.js";

export interface StatusRig {
  readonly state: SampleState;
  readonly clock: VirtualClock;
  readonly counts: Counts;
  readonly port: number;
  readonly url: string;
}

/** A status server on loopback that shows the snapshot; closed when the test ends. */
export async function statusRig(
  snapshot: DaemonSnapshot,
  more: Partial<StatusServerParts> = {},
): Promise<StatusRig> {
  const { server, ...rig } = await startStatusRig(snapshot, more);
  onTestFinished(() => server.close());
  return rig;
}

/** The same for who closes it himself. */
export async function startStatusRig(
  snapshot: DaemonSnapshot,
  more: Partial<StatusServerParts> = {},
): Promise<StatusRig & { readonly server: StatusServer }> {
  const state = new SampleState(snapshot);
  const clock = new VirtualClock(NOW_MS);
  const counts = new Counts();
  const server = new StatusServer(
    {
      state,
      clock,
      counts,
      usage: () => USAGE,
      log: silentLog,
      version: "0.1.0",
      sourcesOf: () => [],
      hosts: [],
      redact: (text) => text,
      ...more,
    },
    { host: "127.0.0.1", port: 0 },
  );
  const port = await server.start();
  return { server, state, clock, counts, port, url: `http://127.0.0.1:${port}` };
}

interface Got {
  readonly status: number;
  readonly headers: IncomingHttpHeaders;
  readonly body: string;
}

/** One request of the server on this port of loopback. */
export async function get(
  port: number,
  path: string,
  options: { method?: string; host?: string; body?: string; authorization?: string } = {},
): Promise<Got> {
  const { method = "GET", host = "localhost", body, authorization } = options;
  const headers = { host, ...(authorization === undefined ? {} : { authorization }) };
  const asked = request({ port, host: "127.0.0.1", path, method, headers, agent: false });
  asked.end(body);
  const [answer] = (await once(asked, "response")) as [IncomingMessage];
  const pieces: Buffer[] = [];
  for await (const piece of answer) pieces.push(piece as Buffer);
  return { status: answer.statusCode ?? 0, headers: answer.headers, body: Buffer.concat(pieces).toString() };
}
