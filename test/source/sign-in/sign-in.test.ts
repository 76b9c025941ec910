import { readFileSync } from "node:fs";
import { join } from "node:path";
import { describe, expect, it } from "vitest";
import { readClaims } from "../../../src/source/sign-in/token-claims.js";
import type { Credential } from "../../../src/source/sign-in/sign-in.js";
import type { Tokens } from "../../../src/source/tokens.js";
import { decode, makeJwt } from "../../support/entra/entra-server.js";
import {
  APPLICATION,
  CANARY,
  TENANT,
  failureOf,
  never,
  secretOf,
  signInRig,
} from "../../support/entra/sign-in-rig.js";

const rig = signInRig();
const fixture = (name: string): Buffer => readFileSync(join(import.meta.dirname, "fixtures", name));
const text = (name: string) => async (): Promise<string> => fixture(name).toString("utf8");
const phrase = (value: string) => async (): Promise<string> => value;
const given = (token: () => Promise<string>): Tokens => rig.tokensFor({ method: "token", token });

describe("a client secret", () => {
  it("gets a token for the tenant, the application and Power BI", async () => {
    rig.entra.secrets.set(APPLICATION, CANARY);

    const token = await rig.tokensFor(secretOf(CANARY)).token(never);

    expect(readClaims(token.value)).toMatchObject({
      audience: "https://analysis.windows.net/powerbi/api",
      tenantId: TENANT,
      applicationId: APPLICATION,
    });
    expect(token.expiresAtMs).toBeGreaterThan(Date.now() + 3_500_000);
  });

  it("sends one request, and that to the authority alone", async () => {
    rig.entra.secrets.set(APPLICATION, CANARY);
    const before = rig.entra.seen.length;

    await rig.tokensFor(secretOf(CANARY)).token(never);

    expect(rig.entra.seen.slice(before).map(({ method, path }) => `${method} ${path.split("?")[0]}`)).toEqual(
      [`POST /${TENANT}/oauth2/v2.0/token`],
    );
  });

  it("is read anew for each sign-in, so a rotated one is used without a restart (fault 46)", async () => {
    let secret = "first-secret";
    rig.entra.secrets.set(APPLICATION, "first-secret");
    const tokens = rig.tokensFor({
      method: "client-secret",
      clientId: APPLICATION,
      secret: async () => secret,
    });
    const first = await tokens.token(never);

    secret = "second-secret";
    rig.entra.secrets.set(APPLICATION, "second-secret");
    const second = await tokens.token(never, first);

    expect(second.value).not.toBe(first.value);
  });
});

describe("a client certificate", () => {
  const pem: Credential = {
    method: "client-certificate",
    clientId: APPLICATION,
    certificate: { certificate: text("client.pem"), privateKey: text("client.key") },
    sendCertificateChain: false,
  };
  const withPassphrase = { certificate: text("client.pem"), passphrase: phrase("kirschbaum") };
  it.each([
    ["PEM", { certificate: text("client.pem"), privateKey: text("client.key") }],
    [
      "one PEM file, as openssl pkcs12 writes it",
      {
        certificate: async () => `Bag Attributes\n${await text("client.pem")()}${await text("client.key")()}`,
        privateKey: async () => `Bag Attributes\n${await text("client.pem")()}${await text("client.key")()}`,
      },
    ],
    ["PEM with an encrypted PKCS#8 key", { ...withPassphrase, privateKey: text("client-encrypted.key") }],
    [
      "PEM with an encrypted traditional key",
      { ...withPassphrase, privateKey: text("client-traditional.key") },
    ],
  ])("gets a token from %s", async (_name, certificate) => {
    rig.entra.certificates.set(APPLICATION, fixture("client.pem").toString("utf8"));

    const token = await rig.tokensFor({ ...pem, certificate }).token(never);

    expect(readClaims(token.value)?.applicationId).toBe(APPLICATION);
  });

  it.each([
    [
      "a wrong passphrase of a key",
      { ...withPassphrase, privateKey: text("client-encrypted.key"), passphrase: phrase(CANARY) },
    ],
    [
      "no passphrase of an encrypted key",
      { certificate: text("client.pem"), privateKey: text("client-encrypted.key") },
    ],
    ["no PEM", { certificate: async () => "nothing", privateKey: text("client.key") }],
  ])("refuses %s before anything is sent", async (_name, certificate) => {
    const before = rig.entra.seen.length;

    const { code, text: words } = await failureOf(rig.tokensFor({ ...pem, certificate }).token(never));

    expect(code).toBe("SECRET_UNREADABLE");
    expect(words).not.toContain(CANARY);
    expect(rig.entra.seen).toHaveLength(before);
  });

  it("sends the chain where subject name and issuer are trusted", async () => {
    rig.entra.certificates.set(APPLICATION, fixture("client.pem").toString("utf8"));

    await rig.tokensFor({ ...pem, sendCertificateChain: true }).token(never);

    const head = decode(rig.entra.seen.at(-1)?.form["client_assertion"]?.split(".")[0] ?? "");
    expect(head["x5c"]).toEqual([
      fixture("client.pem")
        .toString("utf8")
        .replace(/-----[^-]+-----|\s/g, ""),
    ]);
  });

  it("is told when it is not registered", async () => {
    const { code, text: words } = await failureOf(rig.tokensFor(pem).token(never));

    expect(code).toBe("SIGNIN_REFUSED");
    expect(words).toContain("AADSTS700027");
  });
});

describe("a workload identity", () => {
  it("gets a token for the federated token as it lies in the file now", async () => {
    let assertion = makeJwt({ iss: "https://issuer", sub: "system:serviceaccount:audit:daybook", jti: 1 });
    const credential: Credential = {
      method: "workload-identity",
      clientId: APPLICATION,
      assertion: async () => `${assertion}\n`,
    };
    rig.entra.assertions.set(APPLICATION, assertion);
    const tokens = rig.tokensFor(credential);
    const first = await tokens.token(never);

    assertion = makeJwt({ iss: "https://issuer", sub: "system:serviceaccount:audit:daybook", jti: 2 });
    rig.entra.assertions.set(APPLICATION, assertion);
    const second = await tokens.token(never, first);

    expect(second.value).not.toBe(first.value);
  });
});

describe("a given token", () => {
  it("is handed on as the broker left it last", async () => {
    let value = makeJwt({ exp: Math.floor(Date.now() / 1000) + 600, jti: 1 });
    const tokens = given(async () => `${value}\n`);
    const first = await tokens.token(never);

    value = makeJwt({ exp: Math.floor(Date.now() / 1000) + 600, jti: 2 });

    expect((await tokens.token(never, first)).value).toBe(value);
  });

  it("may be one that is no JWT", async () => {
    expect((await given(async () => "opaque").token(never)).value).toBe("opaque");
  });

  it("is refused when it has expired, is empty, or was refused by the source", async () => {
    const expired = makeJwt({ exp: 1 });
    const rejected = { value: "opaque", expiresAtMs: Number.MAX_SAFE_INTEGER };

    expect((await failureOf(given(async () => expired).token(never))).code).toBe("SIGNIN_REFUSED");
    expect((await failureOf(given(async () => " \n").token(never))).code).toBe("SIGNIN_REFUSED");
    expect((await failureOf(given(async () => "opaque").token(never, rejected))).code).toBe("SIGNIN_REFUSED");
  });
});
