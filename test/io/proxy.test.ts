import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it } from "vitest";
import { systemClock } from "../../src/io/clock.js";
import { nodeFiles } from "../../src/io/node-files.js";
import { nodeHttp } from "../../src/io/node-http.js";
import { proxySettings, useProxy } from "../../src/io/proxy.js";
import { signIn } from "../../src/source/sign-in/sign-in.js";
import type { Tokens } from "../../src/source/tokens.js";
import { makeServerCertificate } from "../support/entra/certificates.js";
import { startProxy } from "../support/entra/connect-proxy.js";
import type { ConnectProxy } from "../support/entra/connect-proxy.js";
import { startEntra } from "../support/entra/entra-server.js";
import type { EntraServer } from "../support/entra/entra-server.js";
import { recordingLog } from "../support/entra/recording-log.js";
import { trust } from "../support/entra/trust.js";

const never = new AbortController().signal;
let entra: EntraServer;
let proxy: ConnectProxy;
let undo: () => void = () => undefined;

beforeAll(async () => {
  const { ca, server } = makeServerCertificate();
  trust(ca);
  entra = await startEntra(server);
  entra.secrets.set("app", "secret");
});

afterAll(() => entra.close());

beforeEach(async () => {
  proxy = await startProxy("daybook:p%40ss@");
});

afterEach(async () => {
  undo();
  undo = () => undefined;
  await proxy.close();
});

function use(environment: Readonly<Record<string, string>>): void {
  const settings = proxySettings(environment);
  if (settings !== undefined) undo = useProxy(settings);
}

/** A host of its own for each test: a connection that is kept open would not ask the proxy again. */
function tokensAt(host: string): Tokens {
  const authority = `${entra.origin.replace("localhost", host)}/tenant`;
  const credential = { method: "client-secret", clientId: "app", secret: async () => "secret" } as const;
  const options = { name: "contoso", credential, authority, scope: "https://resource/.default" };
  const doors = {
    http: nodeHttp,
    clock: systemClock,
    files: nodeFiles,
    log: recordingLog(),
    environment: {},
  };
  return signIn(options, doors);
}

describe("a proxy of the environment", () => {
  it("carries the sign-in, and is shown its own credential", async () => {
    use({ HTTPS_PROXY: proxy.url });

    await tokensAt("one.api.test").token(never);

    expect(proxy.asked).toEqual([`one.api.test:${new URL(entra.origin).port}`]);
    expect(proxy.credentials).toEqual(["daybook:p@ss"]);
  });

  it.each([407, 403, 502])(
    "that answers CONNECT with %i is told apart from an outage (fault 35)",
    async (status) => {
      use({ HTTPS_PROXY: proxy.url });
      proxy.refuseWith = status;

      const error: unknown = await tokensAt(`s${status}.api.test`)
        .token(never)
        .catch((reason: unknown) => reason);

      expect(error).toMatchObject({ code: "PROXY_REFUSED" });
      expect(`${String(error)} ${JSON.stringify(error)}`).not.toMatch(/p@ss|p%40ss/);
    },
  );

  it.each(["no.test", ".test", "*", "other.example, no.test"])(
    "is not used for a host of NO_PROXY %j",
    async (hosts) => {
      use({ HTTPS_PROXY: proxy.url, NO_PROXY: hosts });

      // Without the proxy nobody knows the name.
      await expect(tokensAt("no.test").token(never)).rejects.toMatchObject({ code: "NETWORK_UNREACHABLE" });
      expect(proxy.asked).toEqual([]);
    },
  );

  it("is not used for this machine", async () => {
    use({ HTTPS_PROXY: proxy.url, HTTP_PROXY: proxy.url });

    await tokensAt("localhost").token(never);

    expect(proxy.asked).toEqual([]);
  });

  it("is not used for the metadata service of the machine", () => {
    expect(proxySettings({ HTTP_PROXY: proxy.url })?.NO_PROXY.split(",")).toContain("169.254.169.254");
  });

  it.each(["IDENTITY_ENDPOINT", "AZURE_POD_IDENTITY_AUTHORITY_HOST"])(
    "is not shown what %s is asked with, wherever the platform put that",
    (name) => {
      const environment = { HTTP_PROXY: proxy.url, [name]: "http://169.254.130.2:8081/msi/token" };

      expect(proxySettings(environment)?.NO_PROXY.split(",")).toContain("169.254.130.2");
    },
  );
});

describe("the settings", () => {
  it("are none without a proxy", () => {
    expect(proxySettings({ NO_PROXY: "a.test", HTTPS_PROXY: "" })).toBeUndefined();
  });

  it("prefer lower case, and take an address without a scheme as http", () => {
    expect(proxySettings({ https_proxy: "low:3128", HTTPS_PROXY: "http://up:1" })?.HTTPS_PROXY).toBe(
      "http://low:3128/",
    );
  });

  it.each(["socks5://canary:canary@host:1", "http://", "http://canary:canary@:1"])(
    "refuse %s without repeating it",
    (value) => {
      let error: unknown;
      try {
        proxySettings({ HTTPS_PROXY: value });
      } catch (reason) {
        error = reason;
      }

      expect(error).toMatchObject({ code: "CONFIG_INVALID" });
      expect(`${String(error)} ${JSON.stringify(error)}`).not.toContain("canary");
    },
  );
});
