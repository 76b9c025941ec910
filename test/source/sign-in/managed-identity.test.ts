import { createServer } from "node:http";
import type { IncomingMessage, Server } from "node:http";
import type { AddressInfo } from "node:net";
import { afterEach, beforeEach, describe, expect, it } from "vitest";
import { systemClock } from "../../../src/io/clock.js";
import type { Files } from "../../../src/io/files.js";
import { nodeHttp } from "../../../src/io/node-http.js";
import { DaybookError } from "../../../src/model/errors.js";
import { arcKeyPath } from "../../../src/source/sign-in/identity-endpoint.js";
import type { Environment } from "../../../src/source/sign-in/identity-endpoint.js";
import { ManagedIdentity } from "../../../src/source/sign-in/managed-identity.js";
import type { AssignedIdentity } from "../../../src/source/sign-in/managed-identity.js";
import type { AccessToken } from "../../../src/source/tokens.js";

const SCOPE = "https://analysis.windows.net/powerbi/api/.default";
const KEY_PATH = "/var/opt/azcmagent/tokens/1.key";
const never = new AbortController().signal;

/** The folder that the Arc agent keeps its keys in is the system's; here it is a door onto two files. */
const arcFiles: Pick<Files, "read" | "stat"> = {
  stat: async () => undefined,
  async read(path) {
    if (path === KEY_PATH) return Buffer.from("canary-arc-key");
    throw new DaybookError("FILE_NOT_FOUND", { message: path });
  },
};

interface Answer {
  readonly status: number;
  readonly body: string;
  readonly headers?: Readonly<Record<string, string>>;
}

let server: Server;
let base: string;
let seen: { readonly url: URL; readonly headers: IncomingMessage["headers"] }[];
let answers: Answer[];

beforeEach(async () => {
  seen = [];
  answers = [];
  server = createServer((request, response) => {
    seen.push({ url: new URL(request.url ?? "", "http://host"), headers: request.headers });
    const { status, body, headers } = answers.shift() ?? { status: 500, body: "" };
    response.writeHead(status, { "content-type": "application/json", ...headers }).end(body);
  });
  await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
  base = `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
});

afterEach(() => {
  server.closeAllConnections();
  server.close();
});

const granted = (lifetime: object): Answer => ({
  status: 200,
  body: JSON.stringify({ access_token: "opaque", token_type: "Bearer", resource: "r", ...lifetime }),
});

const vm = (): Environment => ({ AZURE_POD_IDENTITY_AUTHORITY_HOST: base });
const arc = (): Environment => ({ IDENTITY_ENDPOINT: `${base}/arc`, IMDS_ENDPOINT: base });

const challenge = (realm: string): Answer => ({
  status: 401,
  body: "",
  headers: { "www-authenticate": `Basic realm=${realm}` },
});

async function fetchToken(environment: Environment, identity: AssignedIdentity = {}): Promise<AccessToken> {
  const target = { subject: "sign-in of contoso", scope: SCOPE, http: nodeHttp, clock: systemClock };
  const attempt = await new ManagedIdentity(target, identity, environment, arcFiles).prepare();
  return attempt.send(never);
}

describe("on a VM", () => {
  it("asks the metadata service for the system-assigned identity", async () => {
    answers.push(granted({ expires_in: "3599" }));

    const token = await fetchToken(vm());

    expect(token.value).toBe("opaque");
    expect(token.expiresAtMs - Date.now()).toBeGreaterThan(3_590_000);
    expect(seen[0]?.url.pathname).toBe("/metadata/identity/oauth2/token");
    expect(Object.fromEntries(seen[0]?.url.searchParams ?? [])).toEqual({
      "api-version": "2018-02-01",
      resource: "https://analysis.windows.net/powerbi/api",
    });
    expect(seen[0]?.headers["metadata"]).toBe("true");
  });

  it.each([
    [{ clientId: "c" }, "client_id", "c"],
    [{ objectId: "o" }, "object_id", "o"],
    [{ resourceId: "/subscriptions/s" }, "msi_res_id", "/subscriptions/s"],
  ])("names the user-assigned identity %o", async (identity, name, value) => {
    answers.push(granted({ expires_in: "3599" }));

    await fetchToken(vm(), identity);

    expect(seen[0]?.url.searchParams.get(name)).toBe(value);
  });

  it("is refused when the identity is not assigned", async () => {
    answers.push({
      status: 400,
      body: '{"error":"invalid_request","error_description":"Identity not found"}',
    });

    await expect(fetchToken(vm(), { clientId: "c" })).rejects.toMatchObject({
      code: "SIGNIN_REFUSED",
      message: expect.stringContaining("Identity not found"),
    });
  });

  it.each([404, 410, 429, 500])("takes status %i for an outage", async (status) => {
    answers.push({ status, body: "{}" });

    await expect(fetchToken(vm())).rejects.toMatchObject({ code: "SIGNIN_UNAVAILABLE" });
  });

  it("says so where there is no such service", async () => {
    const gone = { AZURE_POD_IDENTITY_AUTHORITY_HOST: "http://127.0.0.1:1" };

    await expect(fetchToken(gone)).rejects.toMatchObject({ code: "SIGNIN_UNAVAILABLE" });
  });
});

describe("in App Service", () => {
  it("shows the header's secret and reads expires_on", async () => {
    answers.push(granted({ expires_on: String(Math.floor(Date.now() / 1000) + 1000) }));
    const environment = { IDENTITY_ENDPOINT: `${base}/msi/token`, IDENTITY_HEADER: "canary-header" };

    const token = await fetchToken(environment, { resourceId: "/subscriptions/s" });

    expect(token.expiresAtMs - Date.now()).toBeGreaterThan(990_000);
    expect(seen[0]?.headers["x-identity-header"]).toBe("canary-header");
    expect(seen[0]?.url.searchParams.get("api-version")).toBe("2019-08-01");
    expect(seen[0]?.url.searchParams.get("mi_res_id")).toBe("/subscriptions/s");
  });

  it("does not repeat the header's secret in an error (fault 47)", async () => {
    answers.push({ status: 400, body: '{"error":"x","error_description":"bad canary-header given"}' });
    const environment = { IDENTITY_ENDPOINT: base, IDENTITY_HEADER: "canary-header" };

    await expect(fetchToken(environment)).rejects.toMatchObject({
      message: expect.not.stringContaining("canary"),
    });
  });
});

describe("on an Arc machine", () => {
  it("proves that it may read the key file that it is told", async () => {
    answers.push(challenge(KEY_PATH), granted({ expires_in: 3599 }));

    const token = await fetchToken(arc());

    expect(token.value).toBe("opaque");
    expect(seen.map(({ headers }) => headers.authorization)).toEqual([undefined, "Basic canary-arc-key"]);
  });

  it.each([
    "/etc/shadow",
    "/var/opt/azcmagent/tokens/../../../../etc/x.key",
    "/var/opt/azcmagent/tokens/key.pem",
  ])("sends no other file: %s", async (path) => {
    answers.push(challenge(path));

    expect(arcKeyPath(`Basic realm=${path}`)).toBeUndefined();
    await expect(fetchToken(arc())).rejects.toMatchObject({ code: "SIGNIN_REFUSED" });
    expect(seen).toHaveLength(1);
  });

  it("says who may read the key file when it cannot", async () => {
    answers.push(challenge("/var/opt/azcmagent/tokens/2.key"));

    await expect(fetchToken(arc())).rejects.toMatchObject({
      code: "SECRET_UNREADABLE",
      hint: expect.stringContaining("himds"),
    });
  });
});

it("refuses an endpoint in the environment that is no http address", async () => {
  await expect(fetchToken({ IDENTITY_ENDPOINT: "file:///etc", IDENTITY_HEADER: "h" })).rejects.toMatchObject({
    code: "SIGNIN_REFUSED",
  });
});
