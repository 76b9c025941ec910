import { DaybookError } from "daybook/plugin";
import type { AzureTokenRequest, AzureTokens, ObjectStore } from "daybook/plugin";
import nock from "nock";
import { describe, expect, it } from "vitest";
import azureBlob from "../../../plugins/azure-blob/index.js";
import { testHost } from "../../support/plugin-host.js";
import { nockNetwork } from "../../support/nock-network.js";

const signal = new AbortController().signal;
const CLIENT_ID = "11111111-2222-4333-8444-555555555555";
const BASE = { account: "contosoaudit", container: "audit" };

nockNetwork();

describe("a sign-in to Entra ID", () => {
  const auth = { method: "client-secret", clientId: CLIENT_ID, secret: { env: "X" } };

  function openWith(token: AzureTokens["token"], asked: AzureTokenRequest[] = []): ObjectStore {
    const azureTokens = (request: AzureTokenRequest): AzureTokens => (asked.push(request), { token });
    return azureBlob.open(azureBlob.options.parse({ ...BASE, auth }), testHost({ azureTokens }));
  }

  it("gives the storage the token that Daybook's own sign-in gets, for the method of the options", async () => {
    const asked: AzureTokenRequest[] = [];
    const store = openWith(async () => ({ value: "the-token", expiresAtMs: Date.now() + 3_600_000 }), asked);
    nock("https://contosoaudit.blob.core.windows.net", { reqheaders: { authorization: "Bearer the-token" } })
      .head("/audit/a")
      .reply(404, "", { "x-ms-error-code": "BlobNotFound" });

    expect(await store.stat("a", signal)).toBeUndefined();
    expect(asked).toEqual([{ auth, scope: "https://storage.azure.com/.default" }]);
  });

  it.each([
    ["SIGNIN_REFUSED", "SINK_REFUSED", "never"],
    ["SIGNIN_UNAVAILABLE", "SINK_UNAVAILABLE", "backoff"],
  ] as const)("that fails as %s is %s to the sink", async (code, expected, retry) => {
    const store = openWith(() => Promise.reject(new DaybookError(code, { message: "AADSTS7000215" })));

    await expect(store.stat("a", signal)).rejects.toMatchObject({
      code: expected,
      retry,
      message: expect.stringContaining("AADSTS7000215"),
    });
  });
});
