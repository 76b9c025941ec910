import nock from "nock";
import { describe, expect, it } from "vitest";
import { nodeFiles } from "../../src/io/node-files.js";
import { nodeHttp } from "../../src/io/node-http.js";
import { endpointsOf } from "../../src/source/clouds.js";
import { preflight } from "../../src/source/preflight/preflight.js";
import { signIn } from "../../src/source/sign-in/sign-in.js";
import { silentLog } from "../support/plugin-host.js";
import { NOW } from "../support/reading-rig.js";
import { VirtualClock } from "../support/virtual-clock.js";
import { nockNetwork } from "../support/nock-network.js";

const TENANT = "8d5b3f6e-2f0c-4f7e-9a51-3f1f0f6f2a11";

nockNetwork();

/** By Microsoft's names: https://learn.microsoft.com/entra/identity-platform/authentication-national-cloud and its cmdlets. */
const HOSTS = [
  ["public", "api.powerbi.com", "login.microsoftonline.com", "https://analysis.windows.net/powerbi/api"],
  ["gcc", "api.powerbigov.us", "login.microsoftonline.com", "https://analysis.usgovcloudapi.net/powerbi/api"],
  [
    "gcc-high",
    "api.high.powerbigov.us",
    "login.microsoftonline.us",
    "https://high.analysis.usgovcloudapi.net/powerbi/api",
  ],
  [
    "dod",
    "api.mil.powerbigov.us",
    "login.microsoftonline.us",
    "https://mil.analysis.usgovcloudapi.net/powerbi/api",
  ],
  ["china", "api.powerbi.cn", "login.chinacloudapi.cn", "https://analysis.chinacloudapi.cn/powerbi/api"],
] as const;

describe.each(HOSTS)("the cloud %s", (cloud, api, login, resource) => {
  it("signs in at its own authority for its own scope, and takes the token to its own API alone", async () => {
    const token = nock(`https://${login}`)
      .post(`/${TENANT}/oauth2/v2.0/token`, (body: Record<string, string>) => {
        return body["scope"] === `${resource}/.default` && body["client_secret"] === "a secret";
      })
      .query(true)
      .reply(200, { access_token: "token-1", token_type: "Bearer", expires_in: 3599 });
    const page = nock(`https://${api}`)
      .get("/v1.0/myorg/admin/activityevents")
      .query(true)
      .matchHeader("authorization", "Bearer token-1")
      .reply(200, { activityEventEntities: [], continuationToken: null });
    const clock = new VirtualClock(NOW);
    const { api: base, authority = "", scope = "" } = endpointsOf(cloud, TENANT);
    const credential = { method: "client-secret", clientId: TENANT, secret: async () => "a secret" } as const;
    const doors = { http: nodeHttp, clock, files: nodeFiles, log: silentLog, environment: {} };
    const tokens = signIn({ name: "contoso", credential, authority, scope }, doors);

    const steps = await preflight(
      { api: base, tenantId: TENANT, scope },
      { tokens, http: nodeHttp, clock, takeRequest: async () => undefined },
      new AbortController().signal,
    );

    expect(steps.filter(({ ok }) => !ok)).toEqual([]);
    expect([token.isDone(), page.isDone()]).toEqual([true, true]);
  });
});
