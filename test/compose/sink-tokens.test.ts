import nock from "nock";
import { expect, it } from "vitest";
import { sinkTokens } from "../../src/compose/sink-tokens.js";
import { Redactor } from "../../src/config/redactor.js";
import { SecretSource } from "../../src/config/secrets.js";
import { nodeFiles } from "../../src/io/node-files.js";
import { nodeHttp } from "../../src/io/node-http.js";
import type { AzureAuth } from "../../src/plugin/index.js";
import { silentLog } from "../support/plugin-host.js";
import { NOW } from "../support/reading-rig.js";
import { VirtualClock } from "../support/virtual-clock.js";
import { nockNetwork } from "../support/nock-network.js";

const TENANT = "8d5b3f6e-2f0c-4f7e-9a51-3f1f0f6f2a11";
const STORAGE_TENANT = "0f6f2a11-3f1f-4f7e-9a51-8d5b3f6e2f0c";
const SCOPE = "https://storage.azure.com/.default";
const never = new AbortController().signal;

const byClientSecret: AzureAuth = {
  method: "client-secret",
  clientId: TENANT,
  secret: { env: "BLOB_SECRET" },
};

function tokensOf(auth: AzureAuth, authority: string | undefined, tenantId?: string) {
  const clock = new VirtualClock(NOW);
  const doors = { http: nodeHttp, clock, files: nodeFiles, log: silentLog, environment: {} };
  const secrets = new SecretSource(nodeFiles, { BLOB_SECRET: "a secret" }, new Redactor());
  const request = { auth, scope: SCOPE, ...(tenantId === undefined ? {} : { tenantId }) };
  return sinkTokens({ name: "contoso", authority }, request, secrets, doors);
}

nockNetwork();

it.each([
  ["the archived tenant's directory", undefined, TENANT],
  ["another directory of the same cloud", STORAGE_TENANT, STORAGE_TENANT],
])("a sink signs in to %s for its own scope", async (_, tenantId, expected) => {
  nock("https://login.microsoftonline.us")
    .post(`/${expected}/oauth2/v2.0/token`, (body: Record<string, string>) => body["scope"] === SCOPE)
    .query(true)
    .reply(200, { access_token: "token-1", token_type: "Bearer", expires_in: 3599 });

  const tokens = tokensOf(byClientSecret, `https://login.microsoftonline.us/${TENANT}`, tenantId);

  expect((await tokens.token(never)).value).toBe("token-1");
});

it("a sink signs in by the machine's identity where the tenant has no sign-in service", async () => {
  nock("http://169.254.169.254")
    .get("/metadata/identity/oauth2/token")
    .query({ "api-version": "2018-02-01", resource: "https://storage.azure.com" })
    .reply(200, { access_token: "token-2", expires_in: "3599" });

  expect((await tokensOf({ method: "managed-identity" }, undefined).token(never)).value).toBe("token-2");
});

it("a sink cannot sign in by a secret where the tenant has no sign-in service", () => {
  expect(() => tokensOf(byClientSecret, undefined)).toThrow(
    expect.objectContaining({ code: "CONFIG_INVALID" }),
  );
});
