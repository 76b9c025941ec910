import { afterEach, describe, expect, it } from "vitest";
import { startSimulator } from "../../packages/simulator/index.js";
import type { Simulator, SimulatorOptions } from "../../packages/simulator/index.js";
import { VirtualClock } from "../support/virtual-clock.js";
import { PlainReader, ask, pageOf } from "./plain-reader.js";
import type { PlainAnswer } from "./plain-reader.js";

const NOW = "2026-11-22T12:00:00Z";
const WINDOW = ["2026-11-18T09:00:00.000Z", "2026-11-18T09:59:59.999Z"] as const;

describe("the simulator's server", () => {
  const running: Simulator[] = [];
  afterEach(async () => {
    await Promise.all(running.splice(0).map((simulator) => simulator.close()));
  });

  async function start(options: SimulatorOptions, clock = new VirtualClock(NOW)): Promise<PlainReader> {
    const simulator = await startSimulator(options, clock);
    running.push(simulator);
    return new PlainReader(simulator);
  }

  it("sends RequestId, home-cluster-uri, JSON and the clock's date", async () => {
    const { headers, status } = await (await start({})).window(...WINDOW);

    expect(status).toBe(200);
    expect(headers).toMatchObject({
      requestid: expect.stringMatching(/^[0-9a-f-]{36}$/),
      "home-cluster-uri": "https://wabi-north-europe-j-primary-redirect.analysis.windows.net/",
      "content-type": expect.stringMatching(/^application\/json/),
      date: "Sun, 22 Nov 2026 12:00:00 GMT",
    });
  });

  it("compresses only when told to and asked to", async () => {
    const gzip = { "accept-encoding": "gzip" };
    const [told, calm] = [await start({ gzip: true }), await start({})];
    const query = `startDateTime='${WINDOW[0]}'&endDateTime='${WINDOW[1]}'`;

    expect((await told.get(query, gzip)).headers["content-encoding"]).toBe("gzip");
    expect((await told.get(query)).headers["content-encoding"]).toBeUndefined();
    expect((await calm.get(query, gzip)).headers["content-encoding"]).toBeUndefined();
  });

  it("answers a missing, strange or forged bearer token with 401 and no text", async () => {
    const reader = await start({});
    const forged = `${reader.token.slice(0, -4)}AAAA`;

    for (const token of ["", "x", forged]) {
      reader.token = token;
      const answer = await reader.window(...WINDOW);

      expect(answer.status).toBe(401);
      expect(bodyOf(answer)).toEqual({
        error: {
          code: "PowerBINotAuthorizedException",
          "pbi.error": {
            code: "PowerBINotAuthorizedException",
            parameters: {},
            details: [],
            exceptionCulprit: 1,
          },
        },
      });
    }
  });

  it("answers an expired bearer token with 403 TokenExpired", async () => {
    const clock = new VirtualClock(NOW);
    const reader = await start({ tokenLifetimeSeconds: 600 }, clock);

    clock.advance(599_000);
    expect((await reader.window(...WINDOW)).status).toBe(200);
    clock.advance(1_000);
    const answer = await reader.window(...WINDOW);

    expect([answer.status, bodyOf(answer)]).toMatchObject([403, { error: { code: "TokenExpired" } }]);
  });

  it("accepts a fixed bearer token when the scenario names one", async () => {
    const reader = await start({ bearerToken: "fixed" });
    reader.token = "fixed";

    expect((await reader.window(...WINDOW)).status).toBe(200);
  });

  it("turns a known application away where the tenant does not let it in", async () => {
    const [setting, principals] = [
      await start({ access: "not-authorized" }),
      await start({ access: "not-accessible" }),
    ];

    expect((await setting.window(...WINDOW)).status).toBe(401);
    expect(bodyOf(await principals.window(...WINDOW))).toEqual({
      Message: "API is not accessible for application",
    });
  });

  it("answers the 201st request of an hour with 429, Retry-After and the documented text", async () => {
    const clock = new VirtualClock(NOW);
    const reader = await start({ eventsPerDay: 0 }, clock);
    const ask200 = async (): Promise<Set<number>> => {
      const statuses = new Set<number>();
      for (let n = 0; n < 200; n += 1) statuses.add((await reader.window(...WINDOW)).status);
      return statuses;
    };

    expect(await ask200()).toEqual(new Set([200]));
    clock.advance(208_000);
    const answer = await reader.window(...WINDOW);

    expect([answer.status, answer.headers["retry-after"], bodyOf(answer)]).toEqual([
      429,
      "3392",
      {
        message:
          "You have exceeded the amount of requests allowed in the current time frame and further requests will fail. Retry in 3392 seconds.",
      },
    ]);
    clock.advance(3_392_000);
    reader.token = reader.simulator.issueToken();
    expect(await ask200()).toEqual(new Set([200]));
  });

  it("throttles for a spell at the request where the scenario says so", async () => {
    const reader = await start({ throttleSpells: [{ fromRequest: 2, requests: 2, retryAfterSeconds: 1 }] });
    const answers = [];
    for (let n = 0; n < 4; n += 1) answers.push(await reader.window(...WINDOW));

    expect(answers.map(({ status, headers }) => [status, headers["retry-after"]])).toEqual([
      [200, undefined],
      [429, "1"],
      [429, "1"],
      [200, undefined],
    ]);
  });

  it("says which port it could not have", async () => {
    const { simulator } = await start({});

    await expect(start({ port: simulator.port })).rejects.toMatchObject({ code: "USAGE" });
  });

  it("keeps a log of requests in which no token can be read", async () => {
    const reader = await start({});
    await reader.window(...WINDOW);

    const [record] = reader.simulator.requests;
    expect(record).toMatchObject({
      atMs: Date.parse(NOW),
      method: "GET",
      path: "/v1.0/myorg/admin/activityevents",
      status: 200,
    });
    expect(record?.headers["authorization"]).toMatch(/^sha256:[0-9a-f]{16}$/);
    expect(JSON.stringify(reader.simulator.requests)).not.toContain(reader.token);
  });

  it("gives a token for the right secret, which opens the log", async () => {
    const reader = await start({ clientId: "app", clientSecret: "pa$$", tokenLifetimeSeconds: 1_200 });
    const { simulator } = reader;

    const answer = await ask(
      simulator.tokenUrl,
      {},
      { ...CREDENTIALS, client_id: "app", client_secret: "pa$$" },
    );
    const token = bodyOf(answer) as { readonly access_token: string };

    expect(token).toMatchObject({ token_type: "Bearer", expires_in: 1_200 });
    reader.token = token.access_token;
    expect((await reader.window(...WINDOW)).status).toBe(200);
  });

  it.each([
    [{ client_secret: "wrong" }, 401, "invalid_client", 7_000_215],
    [{ client_id: "other" }, 400, "unauthorized_client", 700_016],
    [{ scope: "openid" }, 400, "invalid_scope", 1_002_012],
    [{ grant_type: "password" }, 400, "unsupported_grant_type", 70_003],
  ])("refuses a sign-in with %o as Entra does", async (wrong, status, error, number) => {
    const { simulator } = await start({ clientId: "app", clientSecret: "right" });

    const answer = await ask(
      simulator.tokenUrl,
      {},
      { ...CREDENTIALS, client_id: "app", client_secret: "right", ...wrong },
    );

    expect([answer.status, bodyOf(answer)]).toMatchObject([
      status,
      { error, error_codes: [number], error_description: expect.stringContaining(`AADSTS${number}:`) },
    ]);
  });

  it("does not know another tenant", async () => {
    const { simulator } = await start({});

    const answer = await ask(
      `${simulator.url}/00000000-0000-0000-0000-000000000001/oauth2/v2.0/token`,
      {},
      CREDENTIALS,
    );

    expect([answer.status, bodyOf(answer)]).toMatchObject([400, { error_codes: [90_002] }]);
  });

  it("shows sign-in libraries where the token endpoint is", async () => {
    const { simulator } = await start({});
    const discovery = bodyOf(await ask(`${simulator.url}/common/discovery/instance`)) as {
      readonly tenant_discovery_endpoint: string;
    };

    const configuration = bodyOf(await ask(discovery.tenant_discovery_endpoint));

    expect(configuration).toMatchObject({ token_endpoint: simulator.tokenUrl });
  });

  it("lets two requests for the same bytes differ in nothing but the request id", async () => {
    const reader = await start({});

    const [first, second] = [await reader.window(...WINDOW), await reader.window(...WINDOW)];

    expect(first.body.equals(second.body)).toBe(true);
    expect(first.headers["requestid"]).not.toBe(second.headers["requestid"]);
    expect(pageOf(first).activityEventEntities.length).toBeGreaterThan(0);
  });
});

const CREDENTIALS = {
  grant_type: "client_credentials",
  scope: "https://analysis.windows.net/powerbi/api/.default",
};

function bodyOf(answer: PlainAnswer): unknown {
  return JSON.parse(answer.body.toString());
}
