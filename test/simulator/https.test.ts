import { request } from "node:https";
import { ConfidentialClientApplication } from "@azure/msal-node";
import type { INetworkModule, NetworkRequestOptions, NetworkResponse } from "@azure/msal-node";
import { afterEach, describe, expect, it } from "vitest";
import { startSimulator } from "../../packages/simulator/index.js";
import type { Simulator } from "../../packages/simulator/index.js";
import { makeServerCertificate } from "../support/entra/certificates.js";
import { VirtualClock } from "../support/virtual-clock.js";

const { ca, server } = makeServerCertificate();

describe("the simulator over https", () => {
  let simulator: Simulator | undefined;
  afterEach(() => simulator?.close());

  it("signs in Microsoft's own library, whose token opens the log", async () => {
    simulator = await startSimulator(
      { tls: { key: server.keyPem, cert: server.pem } },
      new VirtualClock("2026-11-22T12:00:00Z"),
    );
    const { clientId, clientSecret } = simulator.scenario;
    const application = new ConfidentialClientApplication({
      auth: {
        clientId,
        clientSecret,
        authority: simulator.authority,
        knownAuthorities: [new URL(simulator.url).host],
      },
      system: { networkClient: network },
    });

    const signedIn = await application.acquireTokenByClientCredential({
      scopes: ["https://analysis.windows.net/powerbi/api/.default"],
    });
    const query = "startDateTime='2026-11-18T09:00:00Z'&endDateTime='2026-11-18T09:59:59Z'";
    const page = await call("GET", `${simulator.url}/v1.0/myorg/admin/activityevents?${query}`, {
      headers: { authorization: `Bearer ${signedIn?.accessToken}` },
    });

    expect(page.status).toBe(200);
  });
});

const network: INetworkModule = {
  sendGetRequestAsync: (url, options) => call("GET", url, options),
  sendPostRequestAsync: (url, options) => call("POST", url, options),
};

function call<T>(method: string, url: string, options?: NetworkRequestOptions): Promise<NetworkResponse<T>> {
  return new Promise((resolve, reject) => {
    const outgoing = request(url, { method, headers: options?.headers ?? {}, ca: ca.pem }, (incoming) => {
      const parts: Buffer[] = [];
      incoming.on("data", (part: Buffer) => parts.push(part));
      incoming.on("end", () => {
        const body = JSON.parse(Buffer.concat(parts).toString()) as T;
        resolve({
          status: incoming.statusCode ?? 0,
          headers: incoming.headers as Record<string, string>,
          body,
        });
      });
    });
    outgoing.on("error", reject);
    outgoing.end(options?.body);
  });
}
