import { createServer } from "node:http";
import type { Server } from "node:http";
import type { AddressInfo } from "node:net";
import { afterAll, afterEach, beforeAll, beforeEach, expect, it } from "vitest";
import type { Http, HttpAnswer, HttpRequest } from "../../src/io/http.js";
import { nodeHttp } from "../../src/io/node-http.js";
import { isDaybookError } from "../../src/model/errors.js";
import { HOUR_MS } from "../../src/model/utc-day.js";
import { windowsOf } from "../../src/model/window.js";
import { RequestBudget } from "../../src/plan/request-budget.js";
import { customEndpoints } from "../../src/source/clouds.js";
import { PageFetcher } from "../../src/source/fetch-page.js";
import { Quarantine } from "../../src/source/quarantine.js";
import { ReadingTally } from "../../src/source/reading-tally.js";
import { readWindow } from "../../src/source/read-window.js";
import { RetryPolicy } from "../../src/source/retry-policy.js";
import { HostileAddresses } from "../support/hostile-addresses.js";
import { MemoryDisk } from "../support/memory-disk.js";
import { silentLog } from "../support/plugin-host.js";
import { CountingTokens, DAY, NOW, NO_ANSWERS, TASK, freeAccess, running } from "../support/reading-rig.js";
import {
  pageBody,
  seenRequest,
  sendPage,
  sendStatus,
  startScriptedServer,
} from "../support/scripted-server.js";
import type { Answering, ScriptedServer } from "../support/scripted-server.js";
import { SentRequests } from "../support/sent-requests.js";
import { VirtualClock } from "../support/virtual-clock.js";

// Together with the 300 of sign-in-redirects.test.ts more than 10,000. Where a request goes is decided when it is built, so
// most are judged there; the rest go over real sockets, where a client could follow what it is told.
const BUILT = 8_300;
const OVER_SOCKETS = 700;
const REDIRECTS = 1_000;

const BASE_PATH = "/v1.0/myorg/admin/activityevents";
const WINDOW = windowsOf(DAY)[7];

let base: ScriptedServer;
let answer: Answering;
let elsewhere: Server;
let caught = 0;
let addresses: HostileAddresses;
let sent: SentRequests;

beforeAll(async () => {
  base = await startScriptedServer((request, response) => answer(request, response));
  elsewhere = createServer();
  // Not a request but a connection: one over TLS would never become a request here.
  elsewhere.on("connection", () => (caught += 1));
  await new Promise<void>((resolve) => elsewhere.listen(0, "127.0.0.1", resolve));
});

beforeEach(() => {
  caught = 0;
  base.seen.length = 0;
  sent = new SentRequests();
  sent.start();
  const { port } = elsewhere.address() as AddressInfo;
  addresses = new HostileAddresses(new URL(base.url).host, `127.0.0.1:${port}`, 20_261_120);
});

afterEach(() => sent.stop());

afterAll(async () => {
  await base.close();
  elsewhere.closeAllConnections();
  elsewhere.close();
});

/** Reads a window through `http`; returns the code of its failure, or `read`. */
function windowReader(http: Http): () => Promise<string> {
  const clock = new VirtualClock(NOW);
  const { files } = new MemoryDisk();
  const fetcher = new PageFetcher(
    {
      http,
      tokens: new CountingTokens(),
      access: freeAccess(clock),
      application: "an application",
      budget: new RequestBudget(files, clock, { path: "/requests", requestsPerHour: 1000 }),
      clock,
      retry: new RetryPolicy(clock, { firstPauseMs: 1, maxPauseMs: 1, random: () => 0 }),
      answers: NO_ANSWERS,
      quarantine: new Quarantine(files, "/quarantine"),
      log: silentLog,
    },
    customEndpoints({ api: base.url }),
    { timeoutMs: 5000, maxBytes: 1_000_000 },
  );
  return async () => {
    // A new hour of the allowance.
    clock.advance(HOUR_MS);
    if (WINDOW === undefined) throw new Error("no window");
    const reading = { tally: newTally(), beforeRequest: () => Promise.resolve(), signal: running() };
    const steps = {
      fetchPage: (asked: Parameters<PageFetcher["fetchPage"]>[0]) => fetcher.fetchPage(asked, reading),
      savePage: () => Promise.resolve(),
      dropPages: () => Promise.resolve(),
    };
    const asked = { day: DAY, window: WINDOW, deadlineMs: TASK.deadlineMs };
    return readWindow(asked, { maxPages: 3, maxRestarts: 0 }, steps).then(
      () => "read",
      (error: unknown) => (isDaybookError(error) ? error.code : String(error)),
    );
  };
}

/** Nobody else was asked or so much as connected to, a host that does not exist included; and all that was sent has come in. */
function expectAllAtBase(): void {
  expect(caught).toBe(0);
  expect(sent.origins).toHaveLength(base.seen.length);
  expect(new Set(sent.origins)).toEqual(new Set([base.url]));
  expect(sent.hosts.filter((host) => host !== new URL(base.url).host)).toEqual([]);
}

function newTally(): ReadingTally {
  const counts = { requests: 0, retries: 0, throttled_ms: 0, notices: [] };
  return new ReadingTally({ day: DAY, reason: "scheduled", compression: "zstd", started: NOW, ...counts });
}

function asAnswer(body: string): HttpAnswer {
  return { status: 200, headers: { "content-type": "application/json" }, body: Buffer.from(body) };
}

/** What the source says next, where a page before the last one leads to a hostile address. */
function hostilePage(): string {
  const [token, uri] = [addresses.token(), addresses.continuationUri()];
  return pageBody(uri.length % 3 === 0 ? { uri } : { token, uri });
}

it("sees a request that reaches nobody", async () => {
  const url = "http://evil.invalid/";
  const asked = nodeHttp.request(
    { method: "GET", url, headers: {}, timeoutMs: 5000, maxBytes: 1 },
    running(),
  );

  await expect(asked).rejects.toMatchObject({ code: "NETWORK_UNREACHABLE" });
  expect(sent).toMatchObject({ origins: ["http://evil.invalid"], hosts: ["evil.invalid"] });
});

it(`builds every request of ${BUILT} hostile continuations on the configured base (fault 10)`, async () => {
  const built: HttpRequest[] = [];
  const read = windowReader({
    request: async (request) => {
      built.push(request);
      return asAnswer(request.url.includes("continuationToken") ? pageBody({}) : hostilePage());
    },
  });
  const outcomes = new Set<string>();

  for (let number = 0; number < BUILT; number += 1) outcomes.add(await read());

  const strayed = built.filter(({ url }) => {
    const { origin, pathname, username, hash } = new URL(url);
    const isPlain = /^[\x21-\x7e]+$/.test(url) && username === "" && hash === "";
    return origin !== base.url || pathname !== BASE_PATH || !isPlain;
  });
  const parameters = new Set(built.map(({ url }) => [...new URL(url).searchParams.keys()].join(" ")));
  expect(strayed).toEqual([]);
  expect(parameters).toEqual(new Set(["startDateTime endDateTime", "continuationToken"]));
  // Those without any token in the URI end there; all the others were followed, on the base.
  expect(outcomes).toEqual(new Set(["read", "SOURCE_CHAIN_BROKEN"]));
  expect(built.length).toBeGreaterThan(BUILT * 1.5);
}, 90_000);

it(`connects nowhere but to the base in ${OVER_SOCKETS} hostile continuations (fault 10)`, async () => {
  answer = (request, response) => {
    if (seenRequest(request).token !== null) return sendPage(response);
    response.writeHead(200, { "content-type": "application/json" });
    response.end(hostilePage());
  };
  const read = windowReader(nodeHttp);
  const outcomes = new Set<string>();

  for (let number = 0; number < OVER_SOCKETS; number += 1) outcomes.add(await read());

  expectAllAtBase();
  expect(outcomes).toEqual(new Set(["read", "SOURCE_CHAIN_BROKEN"]));
  expect(base.seen.length).toBeGreaterThan(OVER_SOCKETS * 1.5);
  expect(new Set(base.seen.map(({ authorization }) => authorization))).toEqual(new Set(["Bearer token-1"]));
}, 90_000);

it(`follows none of ${REDIRECTS} hostile redirects (fault 37)`, async () => {
  let number = 0;
  answer = (_, response) => {
    const status = [301, 302, 303, 307, 308][number % 5] ?? 302;
    // What cannot stand in a header is sent as a browser would encode it.
    const location = encodeURI(addresses.location().toWellFormed());
    sendStatus(response, status, { location });
  };
  const read = windowReader(nodeHttp);
  const outcomes = new Set<string>();

  for (; number < REDIRECTS; number += 1) outcomes.add(await read());

  expect(outcomes).toEqual(new Set(["NETWORK_REDIRECT"]));
  expect(base.seen).toHaveLength(REDIRECTS);
  expectAllAtBase();
}, 90_000);
