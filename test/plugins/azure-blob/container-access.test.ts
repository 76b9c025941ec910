import { once } from "node:events";
import { createServer } from "node:http";
import type { Server } from "node:http";
import type { AddressInfo } from "node:net";
import { inspect } from "node:util";
import { afterEach, describe, expect, it, vi } from "vitest";
import azureBlob from "../../../plugins/azure-blob/index.js";
import { azureBlobOptions } from "../../../plugins/azure-blob/options.js";
import type { ObjectStore } from "../../../src/plugin/types.js";
import { ACCOUNT, KEY, newContainer, openBlobStore } from "../../support/azure-server.js";
import { startStandIn } from "../../support/azure-stand-in.js";
import { testHost } from "../../support/plugin-host.js";

const signal = new AbortController().signal;
const CLIENT_ID = "11111111-2222-4333-8444-555555555555";
const BASE = { account: "contosoaudit", container: "audit" };
let stop: () => unknown = () => {};

afterEach(async () => {
  vi.unstubAllEnvs();
  await stop();
  stop = () => {};
});

/** A server of this test on a free port. */
async function listen(server: Server): Promise<string> {
  server.listen(0, "127.0.0.1");
  await once(server, "listening");
  stop = () => {
    server.closeAllConnections();
    server.close();
  };
  return `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
}

function open(options: object, secret = "never read"): ObjectStore {
  const parsed = azureBlob.options.parse({ container: "audit", ...options });
  return azureBlob.open(parsed, testHost({ secret: async () => secret }));
}

async function errorOf(call: Promise<unknown>): Promise<unknown> {
  const [result] = await Promise.allSettled([call]);
  return result.status === "rejected" ? result.reason : undefined;
}

describe("a secret", () => {
  it("that was rotated is used without a restart (fault 46)", async () => {
    const server = await startStandIn({ isImmutable: false });
    stop = () => server.stop();
    const { containerName } = await newContainer(server.endpoint);
    let key = Buffer.from("the old key").toString("base64");
    const store = openBlobStore(server.endpoint, containerName, { host: { secret: async () => key } });

    await expect(store.stat("a", signal)).rejects.toMatchObject({ code: "SINK_REFUSED" });
    key = KEY;
    expect(await store.stat("a", signal)).toBeUndefined();
  });

  it.each([
    [
      "signature",
      { endpoint: "http://127.0.0.1:1/x", auth: { method: "sas", token: { env: "X" } } },
      "sv=1&sig=SECRET",
    ],
    [
      "key",
      {
        account: "abc",
        endpoint: "http://127.0.0.1:1/x",
        auth: { method: "account-key", key: { env: "X" } },
      },
      "U0VDUkVU",
    ],
    [
      "connection string",
      { auth: { method: "connection-string", value: { env: "X" } } },
      "DefaultEndpointsProtocol=http;AccountName=abc;AccountKey=U0VDUkVU;BlobEndpoint=http://127.0.0.1:1/abc",
    ],
    [
      "string that is none",
      { auth: { method: "connection-string", value: { env: "X" } } },
      "SECRET U0VDUkVU",
    ],
  ])("is in no error: %s", async (_what, options, secret) => {
    const error = await errorOf(open(options, secret).stat("a", signal));

    expect(error).toMatchObject({ code: expect.stringMatching(/^(SINK_UNAVAILABLE|CONFIG_INVALID)$/) });
    // What a log could show: message, stack, causes and every other property.
    expect(inspect(error, { depth: 8, showHidden: true })).not.toMatch(/SECRET|U0VDUkVU/);
  });

  it("is not sent in the clear to another machine, whatever a connection string says", async () => {
    const text = `AccountName=${ACCOUNT};AccountKey=${KEY};BlobEndpoint=http://blob.example/x`;
    const store = open({ auth: { method: "connection-string", value: { env: "X" } } }, text);

    await expect(store.stat("a", signal)).rejects.toMatchObject({ code: "CONFIG_INVALID" });
  });
});

describe("a proxy", () => {
  it("of the environment is used, and its refusal is no statement about the archive", async () => {
    const asked: string[] = [];
    const server = createServer();
    server.on("connect", ({ url = "" }, socket) => {
      asked.push(url);
      socket.end("HTTP/1.1 503 Service Unavailable\r\n\r\n");
    });
    vi.stubEnv("HTTPS_PROXY", await listen(server));
    const store = open({ ...BASE, auth: { method: "sas", token: { env: "X" } } }, "sv=1&sig=x");

    await expect(store.stat("a", signal)).rejects.toMatchObject({ code: "SINK_UNAVAILABLE" });
    expect(asked).toEqual(["contosoaudit.blob.core.windows.net:443"]);
  });
});

describe("the options", () => {
  it.each([
    { ...BASE },
    {
      ...BASE,
      prefix: "powerbi/contoso/",
      immutability: "locked",
      accessTier: "cold",
      encryptionScope: "audit",
    },
    { container: "audit", endpoint: "https://blob.example", auth: { method: "managed-identity" } },
    {
      ...BASE,
      tenantId: CLIENT_ID,
      auth: { method: "workload-identity", clientId: CLIENT_ID, tokenFile: "/run/token" },
    },
    { container: "audit", auth: { method: "connection-string", value: { env: "X" } } },
  ])("take %j", (options) => {
    expect(azureBlobOptions.safeParse(options).success).toBe(true);
  });

  it.each([
    { container: "audit" },
    { ...BASE, container: "Audit" },
    { ...BASE, container: "a--b" },
    { ...BASE, account: "contoso.evil.example/" },
    { ...BASE, prefix: "powerbi" },
    { ...BASE, prefix: "../" },
    { ...BASE, prefix: "/" },
    { ...BASE, endpoint: "http://blob.example" },
    { ...BASE, endpoint: "https://blob.example/?sig=x" },
    { ...BASE, endpoint: "http://169.254.169.254/" },
    { ...BASE, auth: { method: "default" } },
    { ...BASE, endpoint: "http://127.0.0.1:10000/x", auth: { method: "managed-identity" } },
    { ...BASE, auth: { method: "client-secret", clientId: CLIENT_ID } },
    { ...BASE, auth: { method: "sas", token: "sv=1&sig=x" } },
    { ...BASE, auth: { method: "account-key" } },
    { ...BASE, auth: { method: "connection-string", value: { env: "X" } } },
    { ...BASE, immutability: true },
    { ...BASE, accessTier: "archive" },
    { ...BASE, retention: 7 },
  ])("refuse %j", (options) => {
    expect(azureBlobOptions.safeParse(options).success).toBe(false);
  });
});
