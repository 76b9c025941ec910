import { createServer } from "node:http";
import type { Server } from "node:http";
import type { AddressInfo } from "node:net";
import { afterEach, beforeEach, describe, expect, it } from "vitest";
import { nodeHttp } from "../../../src/io/node-http.js";
import { DaybookError } from "../../../src/model/errors.js";
import { preflight } from "../../../src/source/preflight/preflight.js";
import type { PreflightDoors, PreflightStep } from "../../../src/source/preflight/preflight.js";
import type { Tokens } from "../../../src/source/tokens.js";
import { makeJwt } from "../../support/entra/entra-server.js";
import { VirtualClock } from "../../support/virtual-clock.js";

const NOW = "2026-11-20T10:00:00Z";
const PAGE =
  '{"activityEventEntities":[],"continuationUri":null,"continuationToken":null,"lastResultSet":true}';
const TENANT = { tenantId: "8d5b3f6e-2f0c-4f7e-9a51-3f1f0f6f2a11", clientId: "app" };
const SCOPE = "https://analysis.windows.net/powerbi/api/.default";
const CLAIMS = { aud: "https://analysis.windows.net/powerbi/api", tid: TENANT.tenantId, appid: "app" };
const never = new AbortController().signal;

interface Answer {
  readonly status: number;
  readonly body: string;
  readonly type?: string;
}

let server: Server;
let api: string;
let answer: Answer;
let date: string;
let seen: { readonly path: string; readonly authorization: string | undefined }[];

beforeEach(async () => {
  seen = [];
  answer = { status: 200, body: PAGE };
  date = new Date(NOW).toUTCString();
  server = createServer((request, response) => {
    seen.push({ path: request.url ?? "", authorization: request.headers.authorization });
    response.writeHead(answer.status, { "content-type": answer.type ?? "application/json", date });
    response.end(answer.body);
  });
  await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
  api = `http://127.0.0.1:${(server.address() as AddressInfo).port}/`;
});

afterEach(() => {
  server.closeAllConnections();
  server.close();
});

const holding = (claims: object): Tokens => ({
  token: async () => ({ value: makeJwt({ ...claims }), expiresAtMs: Number.MAX_SAFE_INTEGER }),
});

const takeRequest = async (): Promise<void> => undefined;

const refusing = (code: ConstructorParameters<typeof DaybookError>[0], message: string): Tokens => ({
  token: () => Promise.reject(new DaybookError(code, { message })),
});

const ending = (daysLeft: number, warning: "near" | "expired") => async () => ({
  expiresAtMs: 0,
  daysLeft,
  warning,
});

function look(tokens: Tokens, doors: Partial<PreflightDoors> = {}): Promise<readonly PreflightStep[]> {
  const clock = new VirtualClock(NOW);
  return preflight(
    { ...TENANT, api, scope: SCOPE },
    { tokens, http: nodeHttp, clock, takeRequest, ...doors },
    never,
  );
}

const problemsIn = (steps: readonly PreflightStep[]): readonly string[] =>
  steps.filter(({ ok }) => !ok).map(({ step, code }) => `${step} ${code}`);

describe("a tenant that is set up", () => {
  it("passes every step with one request for one hour of a settled day", async () => {
    const steps = await look(holding(CLAIMS));

    expect(steps.map(({ step, ok }) => [step, ok])).toEqual([
      ["sign-in", true],
      ["audience", true],
      ["tenant", true],
      ["application", true],
      ["activity-log", true],
      ["permissions", true],
      ["clock", true],
    ]);
    expect(seen).toHaveLength(1);
    expect(decodeURIComponent(seen[0]?.path ?? "")).toBe(
      "/v1.0/myorg/admin/activityevents?startDateTime='2026-11-17T00:00:00.000Z'&endDateTime='2026-11-17T00:59:59.999Z'",
    );
  });

  it("takes its request out of the budget before it sends it", async () => {
    const spent = new DaybookError("SOURCE_THROTTLED", {
      message: "budget of contoso: found 0 left, expected 1",
    });

    const steps = await look(holding(CLAIMS), { takeRequest: () => Promise.reject(spent) });

    expect(problemsIn(steps)).toEqual(["activity-log SOURCE_THROTTLED"]);
    expect(seen).toEqual([]);
  });

  it("passes with a token that cannot be read, which says nothing of itself", async () => {
    const opaque = { token: async () => ({ value: "opaque", expiresAtMs: 0 }) };

    expect((await look(opaque)).map(({ step }) => step)).toEqual([
      "sign-in",
      "activity-log",
      "permissions",
      "clock",
    ]);
  });

  it("accepts Power BI's application id as the audience", async () => {
    const aud = "00000009-0000-0000-c000-000000000000";

    expect(problemsIn(await look(holding({ ...CLAIMS, aud })))).toEqual([]);
  });
});

describe("the token's own claims", () => {
  it.each([
    ["another cloud", { aud: "https://analysis.usgovcloudapi.net/powerbi/api" }, "audience WRONG_AUDIENCE"],
    ["another tenant", { tid: "other" }, "tenant WRONG_TENANT"],
    ["another application", { appid: "other" }, "application WRONG_APPLICATION"],
  ])("show %s", async (_name, claims, problem) => {
    expect(problemsIn(await look(holding({ ...CLAIMS, ...claims })))).toEqual([problem]);
  });
});

describe("a refusal of the source", () => {
  const without =
    '{"error":{"code":"PowerBINotAuthorizedException","pbi.error":{"code":"PowerBINotAuthorizedException"}}}';

  it.each<readonly [string, Answer, string, RegExp]>([
    ["without text", { status: 401, body: without }, "PowerBINotAuthorizedException", /security group/],
    ["without body", { status: 403, body: "" }, "HTTP403", /security group/],
    [
      "of applications",
      { status: 401, body: '{"Message":"API is not accessible for application"}' },
      "ApiNotAccessible",
      /Service principals can access read-only admin APIs/,
    ],
    [
      "of applications, in the other shape",
      { status: 403, body: '{"error":{"message":"API is not accessible for application"}}' },
      "ApiNotAccessible",
      /Tenant settings/,
    ],
    [
      "of an expired token",
      { status: 403, body: '{"error":{"code":"TokenExpired"}}' },
      "TokenExpired",
      /clock/,
    ],
    [
      "as off",
      { status: 403, body: '{"error":{"code":"FeatureNotAvailableError"}}' },
      "FeatureNotAvailableError",
      /cloud/,
    ],
    [
      "for the hour",
      { status: 429, body: '{"message":"Retry in 3392 seconds."}' },
      "SOURCE_THROTTLED",
      /wait/,
    ],
    [
      "by failing",
      { status: 500, body: '{"Message":"An error has occurred."}' },
      "SOURCE_UNAVAILABLE",
      /later/,
    ],
    ["by a redirect", { status: 307, body: "" }, "NETWORK_REDIRECT", /proxy/],
    [
      "by a page of a proxy",
      { status: 200, body: "<html>", type: "text/html" },
      "SOURCE_PAGE_INVALID",
      /proxy/,
    ],
    ["by not being there", { status: 404, body: "" }, "HTTP404", /endpoints\.api/],
  ])("%s is explained (fault 44)", async (_name, given, code, way) => {
    answer = given;

    const step = (await look(holding(CLAIMS))).find((each) => each.step === "activity-log");

    expect(step).toMatchObject({ ok: false, code });
    expect(step?.hint).toMatch(way);
    expect(step?.isOutage).toBe(given.status === 429 || given.status === 500);
  });

  it("of an application with admin-consented permissions names them (fault 44)", async () => {
    answer = { status: 401, body: without };

    const steps = await look(holding({ ...CLAIMS, roles: ["Tenant.Read.All"] }));

    expect(problemsIn(steps)).toEqual([
      "activity-log PowerBINotAuthorizedException",
      "permissions ADMIN_CONSENT",
    ]);
    expect(steps.find(({ step }) => step === "activity-log")?.found).toContain("Tenant.Read.All");
  });
});

describe("what stands between", () => {
  it.each([
    ["SIGNIN_REFUSED", "s: wrong secret (AADSTS7000215), expected another", "AADSTS7000215", false],
    ["SIGNIN_UNAVAILABLE", "s: found status 503, expected a token", "SIGNIN_UNAVAILABLE", true],
    ["NETWORK_UNREACHABLE", "host: found ENOTFOUND, expected a connection", "NETWORK_UNREACHABLE", true],
    ["PROXY_REFUSED", "host: found UND_ERR_ABORTED, expected the proxy to open", "PROXY_REFUSED", false],
    ["NETWORK_TLS", "host: found SELF_SIGNED_CERT_IN_CHAIN, expected trust", "NETWORK_TLS", false],
    ["SECRET_UNREADABLE", "s: found nothing, expected a file", "SECRET_UNREADABLE", false],
  ] as const)("is told as %s", async (code, message, shown, isOutage) => {
    const steps = await look(refusing(code, message));

    expect(problemsIn(steps)).toEqual([`sign-in ${shown}`]);
    expect(steps[0]?.isOutage).toBe(isOutage);
    expect(steps[0]?.expected).toBe(message.split(", expected ")[1]);
    expect(seen).toEqual([]);
  });

  it.each([
    ["NETWORK_UNREACHABLE", "host: found ENOTFOUND, expected x", /DNS/],
    ["NETWORK_UNREACHABLE", "host: found ECONNREFUSED, expected x", /firewall/],
    ["PROXY_REFUSED", "host: found 407, expected x", /HTTPS_PROXY/],
    ["NETWORK_TLS", "host: found CERT_HAS_EXPIRED, expected x", /clock/],
    ["NETWORK_TLS", "host: found ERR_TLS_CERT_ALTNAME_INVALID, expected x", /another host/],
    ["NETWORK_TLS", "host: found UNABLE_TO_VERIFY_LEAF_SIGNATURE, expected x", /tls\.ca/],
  ] as const)("has its own way out: %s %s", async (code, message, way) => {
    expect((await look(refusing(code, message)))[0]?.hint).toMatch(way);
  });

  it("is a clock that differs from the source's", async () => {
    date = new Date(Date.parse(NOW) + 200_000).toUTCString();

    const steps = await look(holding(CLAIMS));

    expect(problemsIn(steps)).toEqual(["clock CLOCK_SKEW"]);
    expect(steps.at(-1)?.found).toBe("200 s behind the source");
  });

  it("is a certificate near its end, which is told and passes, or past it", async () => {
    const [near] = await look(holding(CLAIMS), { certificate: ending(10, "near") });
    const [past] = await look(holding(CLAIMS), { certificate: ending(-1, "expired") });

    expect(near).toMatchObject({
      step: "certificate",
      ok: true,
      hint: expect.stringContaining("new certificate"),
    });
    expect(past).toMatchObject({ step: "certificate", ok: false, code: "CERTIFICATE_EXPIRED" });
  });
});

it("stops when it is told to", async () => {
  const stopped = new AbortController();
  const reason = new DaybookError("INTERRUPTED", { message: "stopped" });
  const tokens: Tokens = {
    token: async () => {
      stopped.abort(reason);
      throw reason;
    },
  };
  const doors = { tokens, http: nodeHttp, clock: new VirtualClock(NOW), takeRequest: async () => undefined };

  await expect(preflight({ ...TENANT, api }, doors, stopped.signal)).rejects.toBe(reason);
});

it("puts no token into its steps (fault 47)", async () => {
  answer = { status: 401, body: "" };

  const steps = await look(holding(CLAIMS));

  expect(seen[0]?.authorization).toMatch(/^Bearer eyJ/);
  expect(JSON.stringify(steps)).not.toContain("eyJ");
});
