import { createServer } from "node:https";
import type { Server } from "node:https";
import type { AddressInfo } from "node:net";
import { afterEach, beforeEach, expect, it } from "vitest";
import { nodeHttp } from "../../src/io/node-http.js";
import { trustAuthorities } from "../../src/io/tls.js";
import { makeCertificate, makeServerCertificate } from "../support/entra/certificates.js";
import type { TestCertificate } from "../support/entra/certificates.js";

const { ca, server: certificate } = makeServerCertificate();
let server: Server;

async function serve(shown: TestCertificate): Promise<string> {
  server = createServer({ cert: shown.pem, key: shown.keyPem }, (_request, response) => response.end("here"));
  await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
  return `https://localhost:${(server.address() as AddressInfo).port}/`;
}

async function ask(url: string): Promise<number> {
  const limits = { timeoutMs: 5000, maxBytes: 1000 };
  const { status } = await nodeHttp.request(
    { method: "GET", url, headers: {}, ...limits },
    new AbortController().signal,
  );
  return status;
}

beforeEach(() => {
  server = createServer();
});

afterEach(() => {
  server.closeAllConnections();
  server.close();
});

it("does not trust an authority that is not named", async () => {
  const url = await serve(makeServerCertificate().server);

  await expect(ask(url)).rejects.toMatchObject({ code: "NETWORK_TLS" });
});

it("trusts the authorities of tls.ca besides the known ones", async () => {
  const url = await serve(certificate);
  const other = makeCertificate({ name: "another CA", isAuthority: true });

  trustAuthorities("/etc/daybook/ca.pem", `company root\n${other.pem}${ca.pem}`);

  expect(await ask(url)).toBe(200);
});

it("does not trust an expired certificate, nor another host's, of a trusted authority (fault 36)", async () => {
  trustAuthorities("/etc/daybook/ca.pem", ca.pem);
  const past = { notBeforeMs: 0, notAfterMs: 1_000_000_000_000 };
  const hosts = ["localhost"];

  const expired = await serve(makeCertificate({ name: "localhost", issuer: ca, hosts, ...past }));
  await expect(ask(expired)).rejects.toMatchObject({ code: "NETWORK_TLS" });
  server.close();
  const elsewhere = await serve(
    makeCertificate({ name: "elsewhere", issuer: ca, hosts: ["elsewhere.test"] }),
  );
  await expect(ask(elsewhere)).rejects.toMatchObject({ code: "NETWORK_TLS" });
});

it.each([
  ["no certificate", "nothing"],
  ["a server's certificate", certificate.pem],
  ["a broken certificate", "-----BEGIN CERTIFICATE-----\nAAAA\n-----END CERTIFICATE-----\n"],
])("refuses a file with %s", (_name, pem) => {
  expect(() => trustAuthorities("/etc/daybook/ca.pem", pem)).toThrow(
    expect.objectContaining({ code: "CONFIG_INVALID" }),
  );
});
