import { mkdtempSync, readFileSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, beforeAll, describe, expect, it, onTestFinished } from "vitest";
import { systemClock } from "../../src/io/clock.js";
import { nodeFiles } from "../../src/io/node-files.js";
import { nodeHttp } from "../../src/io/node-http.js";
import { DAY_MS, utcDayOf } from "../../src/model/utc-day.js";
import { RequestBudget } from "../../src/plan/request-budget.js";
import { startSimulator } from "../../packages/simulator/index.js";
import type { Simulator } from "../../packages/simulator/index.js";
import { customEndpoints } from "../../src/source/clouds.js";
import { PageFetcher } from "../../src/source/fetch-page.js";
import { Quarantine } from "../../src/source/quarantine.js";
import { DayReader } from "../../src/source/read-day.js";
import { RetryPolicy } from "../../src/source/retry-policy.js";
import type { Credential } from "../../src/source/sign-in/sign-in.js";
import type { Tokens } from "../../src/source/tokens.js";
import { makeServerCertificate } from "../support/entra/certificates.js";
import { makeJwt } from "../support/entra/entra-server.js";
import { APPLICATION, CANARY, never, secretOf, signInRig } from "../support/entra/sign-in-rig.js";
import { trust } from "../support/entra/trust.js";
import { NO_ANSWERS, freeAccess } from "../support/reading-rig.js";

const rig = signInRig();
const NOW_MS = systemClock.now();
const DAY = utcDayOf(NOW_MS - 3 * DAY_MS);
const FIXTURES = join(import.meta.dirname, "..", "source", "sign-in", "fixtures");
const fixture = (name: string): Buffer => readFileSync(join(FIXTURES, name));
const FIRST_TOKEN = "first-token";
const ASSERTION = makeJwt({ iss: "https://issuer", sub: "daybook", aud: "api://AzureADTokenExchange" });

let simulator: Simulator;

beforeAll(async () => {
  const { ca, server } = makeServerCertificate();
  trust(ca);
  const tls = { key: server.keyPem, cert: server.pem };
  simulator = await startSimulator(
    { eventsPerDay: 300, requestsPerHour: 10_000, bearerToken: FIRST_TOKEN, tls },
    systemClock,
  );
});

afterAll(() => simulator.close());

/** Delivered events of the day, read over TLS with these tokens. */
async function eventsRead(tokens: Tokens): Promise<number> {
  const folder = mkdtempSync(join(tmpdir(), "daybook-"));
  onTestFinished(() => rmSync(folder, { recursive: true }));
  const parts = {
    http: nodeHttp,
    tokens,
    access: freeAccess(systemClock),
    application: "an application",
    clock: systemClock,
    budget: new RequestBudget(nodeFiles, systemClock, {
      path: join(folder, "requests"),
      requestsPerHour: 10_000,
    }),
    retry: new RetryPolicy(systemClock, { firstPauseMs: 1, maxPauseMs: 1, random: () => 0 }),
    answers: NO_ANSWERS,
    quarantine: new Quarantine(nodeFiles, join(folder, "quarantine")),
    log: rig.log,
  };
  const limits = { timeoutMs: 10_000, maxBytes: 10_000_000 };
  const fetcher = new PageFetcher(parts, customEndpoints({ api: simulator.url }), limits);
  const reader = new DayReader(
    { fetcher, files: nodeFiles, clock: systemClock, log: rig.log },
    { spoolRoot: join(folder, "spool"), compression: "gzip", concurrency: 4, maxPages: 100, maxRestarts: 1 },
  );
  const task = { day: DAY, reason: "scheduled", deadlineMs: NOW_MS + DAY_MS } as const;
  const { pages } = await reader.readDay(task, never);
  return pages.reduce((sum, page) => sum + page.events, 0);
}

/** An application that the token endpoint knows by every credential, and whose tokens the simulator accepts. */
function register(): void {
  rig.entra.secrets.set(APPLICATION, CANARY);
  rig.entra.certificates.set(APPLICATION, fixture("client.pem").toString("utf8"));
  rig.entra.assertions.set(APPLICATION, ASSERTION);
  rig.entra.issue = () => simulator.issueToken();
}

const METHODS: readonly (readonly [string, () => Credential])[] = [
  ["a client secret", () => secretOf(CANARY)],
  [
    "a client certificate",
    () => ({
      method: "client-certificate",
      clientId: APPLICATION,
      certificate: {
        certificate: async () => fixture("client.pem").toString("utf8"),
        privateKey: async () => fixture("client-encrypted.key").toString("utf8"),
        passphrase: async () => "kirschbaum",
      },
      sendCertificateChain: true,
    }),
  ],
  [
    "a workload identity",
    () => ({ method: "workload-identity", clientId: APPLICATION, assertion: async () => ASSERTION }),
  ],
  ["a given token", () => ({ method: "token", token: async () => simulator.issueToken() })],
];

describe("a day", () => {
  it.each(METHODS)("is read with %s, every event of it", async (_name, credential) => {
    register();

    const events = await eventsRead(rig.tokensFor(credential()));

    expect(events).toBe(simulator.truth.countsOf(DAY, NOW_MS).delivered);
    expect(events).toBeGreaterThan(0);
  });

  it("goes on with one new token when the first expires in the middle of it (fault 42)", async () => {
    register();
    let shown = 0;
    simulator.injectFault({
      when: ({ headers }) => headers["authorization"] === `Bearer ${FIRST_TOKEN}` && ++shown > 10,
      respond: { status: 403, body: '{"error":{"code":"TokenExpired"}}' },
    });
    let issued = 0;
    rig.entra.issue = () => (++issued === 1 ? FIRST_TOKEN : simulator.issueToken());

    const events = await eventsRead(rig.tokensFor(secretOf(CANARY)));

    expect(events).toBe(simulator.truth.countsOf(DAY, NOW_MS).delivered);
    expect(issued).toBe(2);
  });

  it("shows the credential to the authority and the token to the source alone", async () => {
    register();
    const before = { entra: rig.entra.seen.length, source: simulator.requests.length };

    await eventsRead(rig.tokensFor(secretOf(CANARY)));

    const source = simulator.requests.slice(before.source);
    const authority = rig.entra.seen.slice(before.entra);
    expect(JSON.stringify(source)).not.toContain("canary");
    expect(authority).toHaveLength(1);
    expect(JSON.stringify(authority)).not.toContain("Bearer");
    expect(rig.log.lines.join("\n")).not.toMatch(/canary|eyJ/);
  });
});
