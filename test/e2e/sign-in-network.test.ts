import { describe, expect, it, onTestFinished } from "vitest";
import { startProxy } from "../support/entra/connect-proxy.js";
import type { ConnectProxy } from "../support/entra/connect-proxy.js";
import { APPLICATION_ID, TENANT_ID, operator } from "../support/entra/operator.js";
import type { Operator } from "../support/entra/operator.js";

const SECRET = "canary~network~secret~value";
const PROXY_PASSWORD = "canary-proxy-password";

interface Behind {
  readonly own: Operator;
  readonly proxy: ConnectProxy;
  /** `host:port` of the source and of the sign-in service: names that only the proxy leads anywhere. */
  readonly hosts: readonly string[];
}

/** A tenant whose hosts this machine cannot name. */
async function behindProxy(): Promise<Behind> {
  const own = await operator();
  const proxy = await startProxy(`daybook:${PROXY_PASSWORD}@`);
  onTestFinished(() => proxy.close());
  own.env["HTTPS_PROXY"] = proxy.url;
  own.entra.secrets.set(APPLICATION_ID, SECRET);
  own.put("secret", SECRET);
  const hosts = [`source.api.test:${own.simulator.port}`, `login.api.test:${new URL(own.entra.origin).port}`];
  own.configure({
    api: `https://${hosts[0]}/`,
    authority: `https://${hosts[1]}/${TENANT_ID}`,
    auth: `{ method: client-secret, clientId: ${APPLICATION_ID}, secret: { file: ./secret } }`,
  });
  return { own, proxy, hosts };
}

describe("HTTPS_PROXY", () => {
  it("carries sign-in and source alike, and both over TLS", async () => {
    const { own, proxy, hosts } = await behindProxy();

    const { exit, out, err } = await own.run("archive", "--day", own.day);

    expect({ exit, err }).toMatchObject({ exit: 0 });
    expect(new Set(proxy.asked)).toEqual(new Set(hosts));
    expect(new Set(proxy.credentials)).toEqual(new Set([`daybook:${PROXY_PASSWORD}`]));
    expect(out + err).not.toContain("canary");
    expect(JSON.stringify([own.simulator.requests, own.entra.seen])).not.toMatch(/proxy-auth/i);
  });

  it("is not asked for what NO_PROXY names", async () => {
    const { own, proxy } = await behindProxy();
    own.env["NO_PROXY"] = "example.com,.api.test";

    const { exit, out } = await own.run("config", "check", "--online");

    expect(exit).toBe(69);
    expect(out).toContain("NETWORK_UNREACHABLE");
    expect(proxy.asked).toEqual([]);
  });

  it.each([403, 407, 502])("that refuses with %i is named as what refuses (fault 35)", async (status) => {
    const { own, proxy } = await behindProxy();
    proxy.refuseWith = status;

    const { exit, out } = await own.run("config", "check", "--online");

    expect(exit).toBe(69);
    expect(out).toContain("PROXY_REFUSED");
    expect(out).toContain("http://name:password@host:port");
    expect(out).not.toContain("canary");
    expect(own.entra.seen).toEqual([]);
  });

  it("that is no address stops every command and is not shown", async () => {
    const { own } = await behindProxy();
    own.env["HTTPS_PROXY"] = `socks5://daybook:${PROXY_PASSWORD}@host:1080`;

    const { exit, err } = await own.run("archive");

    expect(exit).toBe(78);
    expect(err).toContain("HTTPS_PROXY");
    expect(err).not.toContain("canary");
  });
});
