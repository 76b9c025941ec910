import { execFileSync } from "node:child_process";
import { mkdirSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { describe, expect, it } from "vitest";
import type { Surroundings } from "../../src/cli/command.js";
import type { SimulatorOptions } from "../../packages/simulator/index.js";
import { makeCertificate } from "../support/entra/certificates.js";
import { refuse, sendJson } from "../support/entra/entra-server.js";
import type { Reply } from "../support/entra/entra-server.js";
import { APPLICATION_ID, TENANT_ID, operator, sourceToken } from "../support/entra/operator.js";
import type { Operator } from "../support/entra/operator.js";
import { VirtualClock } from "../support/virtual-clock.js";

const SECRET = "canary~refusals~secret~value";
const BY_SECRET = `{ method: client-secret, clientId: ${APPLICATION_ID}, secret: { file: ./secret } }`;

/** What `config check --online --json` says of one thing. */
interface Check {
  readonly subject: string;
  readonly ok: boolean;
  readonly code: string;
  readonly found: string;
  readonly hint: string;
}

interface Answered {
  readonly exit: number;
  /** `subject code` of everything that is wrong. */
  readonly wrong: readonly string[];
  readonly hints: string;
  readonly said: string;
}

async function tenant(scenario: SimulatorOptions = {}, token?: string): Promise<Operator> {
  const own = await operator(scenario, token);
  own.entra.secrets.set(APPLICATION_ID, SECRET);
  own.put("secret", SECRET);
  own.configure({ auth: BY_SECRET });
  return own;
}

async function checked(own: Operator, overrides: Partial<Surroundings> = {}): Promise<Answered> {
  const { exit, out, err } = await own.runWith(overrides, "config", "check", "--online", "--json");
  expect(out + err).not.toMatch(/canary|eyJ/);
  const { checks } = JSON.parse(out) as { readonly checks: readonly Check[] };
  const wrong = checks.filter(({ ok }) => !ok);
  return {
    exit,
    wrong: wrong.map(({ subject, code }) => `${subject} ${code}`),
    hints: wrong.map(({ hint }) => hint).join("\n"),
    said: wrong.map(({ found }) => found).join("\n"),
  };
}

it("a tenant that is set up passes, in words and with exit 0", async () => {
  const own = await tenant();

  const { exit, out } = await own.run("config", "check", "--online");

  expect(exit).toBe(0);
  expect(out).toContain("ok     contoso sign-in: a token");
  expect(out).toContain("ok     contoso activity-log: a page of the activity log");
  expect(own.simulator.requests).toHaveLength(1);
});

describe("a refusal of the source is told with its way out (fault 44)", () => {
  const EMPTY_401 = { when: () => true, respond: { status: 401, body: "" } };

  it.each<readonly [string, SimulatorOptions, readonly string[], RegExp]>([
    [
      "the tenant setting off or the group missing",
      { access: "not-authorized" },
      ["contoso activity-log PowerBINotAuthorizedException"],
      /read-only admin APIs is on; a security group is named there and the application's service principal is a member/,
    ],
    [
      "a 401 without text",
      { faults: [EMPTY_401] },
      ["contoso activity-log HTTP401"],
      /no admin-consented Power BI permission/,
    ],
    [
      "service principals not allowed",
      { access: "not-accessible" },
      ["contoso activity-log ApiNotAccessible"],
      /enable Fabric admin portal, Tenant settings/,
    ],
  ])("%s", async (_name, scenario, wrong, way) => {
    const answered = await checked(await tenant(scenario));

    expect(answered).toMatchObject({ exit: 77, wrong });
    expect(answered.hints).toMatch(way);
  });

  it("permissions with admin consent, which the token itself names", async () => {
    const answered = await checked(
      await tenant({ faults: [EMPTY_401] }, sourceToken({ roles: ["Tenant.Read.All"] })),
    );

    expect(answered).toMatchObject({
      exit: 77,
      wrong: ["contoso activity-log PowerBINotAuthorizedException", "contoso permissions ADMIN_CONSENT"],
    });
    expect(answered.said).toContain("Tenant.Read.All");
  });

  it("and ends a day with the same code", async () => {
    const own = await tenant({ access: "not-authorized" });

    const { exit, out, err } = await own.run("archive", "--day", own.day);

    expect({ exit, err }).toMatchObject({ exit: 77 });
    expect(out).toContain("ACCESS_DENIED");
    expect(out).toContain("security group");
  });
});

describe("a wrong setting shows in the token", () => {
  it.each([
    [
      "another cloud",
      { aud: "https://analysis.usgovcloudapi.net/powerbi/api" },
      "audience WRONG_AUDIENCE",
      /cloud/,
    ],
    ["another tenant", { tid: APPLICATION_ID }, "tenant WRONG_TENANT", /tenantId/],
    ["another application", { appid: TENANT_ID }, "application WRONG_APPLICATION", /clientId/],
  ])("%s", async (_name, claims, wrong, way) => {
    const answered = await checked(await tenant({}, sourceToken(claims)));

    expect(answered).toMatchObject({ exit: 77, wrong: [`contoso ${wrong}`] });
    expect(answered.hints).toMatch(way);
  });
});

describe("a refusal of the sign-in is told with its way out", () => {
  it.each([
    ["a wrong secret", 7000215, /not its Secret ID/],
    ["an expired secret", 7000222, /make a new secret/],
    ["a clock that is wrong", 700024, /NTP/],
    ["a tenant that is not there", 90002, /compare tenantId/],
    ["a tenant of another cloud", 900382, /gcc-high, dod or china/],
    ["an application of another tenant", 700016, /clientId/],
  ])("%s: AADSTS%i", async (_name, aadsts, way) => {
    const own = await tenant();
    own.entra.reply = refuse(401, "invalid_client", aadsts, `the service's own words, ${SECRET}`);

    const answered = await checked(own);

    expect(answered).toMatchObject({ exit: 77, wrong: [`contoso sign-in AADSTS${aadsts}`] });
    expect(answered.hints).toMatch(way);
    expect(own.simulator.requests).toEqual([]);
  });

  it("a certificate that is not registered", async () => {
    const own = await tenant();
    const [registered, shown] = ["registered", "shown"].map((name) => makeCertificate({ name, kind: "rsa" }));
    own.entra.certificates.set(APPLICATION_ID, registered?.pem ?? "");
    own.put("client.pem", shown?.pem ?? "");
    own.put("client.key", shown?.keyPem ?? "");
    const keys = "certificate: { file: ./client.pem }, privateKey: { file: ./client.key }";
    own.configure({ auth: `{ method: client-certificate, clientId: ${APPLICATION_ID}, ${keys} }` });

    const answered = await checked(own);

    expect(answered).toMatchObject({ exit: 77, wrong: ["contoso sign-in AADSTS700027"] });
    expect(answered.hints).toMatch(/upload the certificate/);
  });
});

const busy: Reply = (to) => sendJson(to, 429, { error: "temporarily_unavailable" }, { "retry-after": "60" });
const down: Reply = (to) => to.writeHead(503, { "content-type": "text/html" }).end("<html>");

describe("an outage is told apart from a wrong setting", () => {
  it.each([
    ["throttles", busy],
    ["is down", down],
  ])("a sign-in service that %s", async (_name, reply) => {
    const own = await tenant();
    own.entra.reply = reply;

    expect(await checked(own)).toMatchObject({ exit: 69, wrong: ["contoso sign-in SIGNIN_UNAVAILABLE"] });
  });

  it("a source that throttles", async () => {
    const own = await tenant({ throttleSpells: [{ fromRequest: 1, requests: 1, retryAfterSeconds: 60 }] });

    expect(await checked(own)).toMatchObject({ exit: 69, wrong: ["contoso activity-log SOURCE_THROTTLED"] });
  });

  it("an allowance that Daybook itself has used up, at once", async () => {
    const own = await tenant();
    own.configure({ auth: BY_SECRET, requestsPerHour: 1 });
    const startedMs = own.clock.now();
    mkdirSync(join(own.folder, "state", "contoso"), { recursive: true });
    writeFileSync(join(own.folder, "state", "contoso", "requests.log"), `r ${startedMs}\n`);

    const answered = await checked(own);

    expect(answered).toMatchObject({ exit: 69, wrong: ["contoso activity-log SOURCE_THROTTLED"] });
    expect(answered.said).toContain("none left of 1 an hour");
    expect(own.clock.now() - startedMs).toBeLessThan(1000);
    expect(own.simulator.requests).toEqual([]);
  });

  it("a host that DNS does not know (fault 35)", async () => {
    const own = await tenant();
    own.configure({ auth: BY_SECRET, authority: `https://login.invalid/${TENANT_ID}` });

    const answered = await checked(own);

    expect(answered).toMatchObject({ exit: 69, wrong: ["contoso sign-in NETWORK_UNREACHABLE"] });
    expect(answered.hints).toMatch(/DNS/);
  });
});

describe("trust", () => {
  it("is not given to an authority that nobody named (fault 36)", async () => {
    const own = await tenant();
    own.configure({ auth: BY_SECRET }, "");

    const answered = await checked(own);

    expect(answered).toMatchObject({ exit: 69, wrong: ["contoso sign-in NETWORK_TLS"] });
    expect(answered.hints).toMatch(/tls\.ca/);
    expect(own.entra.seen).toEqual([]);
  });

  it.each([
    ["is not there", "./nowhere.pem", undefined],
    ["is a device without end", "/dev/zero", undefined],
    ["is a pipe that nobody writes", "./pipe", undefined],
    ["is a file of megabytes", "./own.pem", "#".repeat(2_000_000)],
    ["is no certificate", "./own.pem", "nothing of the kind"],
    ["is a server's certificate", "./own.pem", makeCertificate({ name: "leaf" }).pem],
  ])("stops at a tls.ca that %s", async (_name, path, content) => {
    const own = await tenant();
    if (content !== undefined) own.put("own.pem", content);
    execFileSync("mkfifo", [join(own.folder, "pipe")]);
    own.configure({ auth: BY_SECRET }, `tls: { ca: ${path} }`);

    const { exit, err } = await own.run("config", "check");

    expect(exit).toBe(78);
    expect(err).toContain("tls.ca");
  });
});

it("a clock ten minutes ahead of the source's is told", async () => {
  const own = await tenant();

  const answered = await checked(own, { clock: new VirtualClock(own.clock.now() + 600_000) });

  expect(answered).toMatchObject({ exit: 77, wrong: ["contoso clock CLOCK_SKEW"] });
  expect(answered.said).toMatch(/^60\d s ahead of the source$/);
});
