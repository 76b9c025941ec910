import { describe, expect, it } from "vitest";
import { readClaims } from "../../src/source/sign-in/token-claims.js";
import { makeServerCertificate } from "../support/entra/certificates.js";
import { refuse, sendJson, startEntra } from "../support/entra/entra-server.js";
import {
  APPLICATION,
  CANARY,
  TENANT,
  failureOf,
  never,
  secretOf,
  signInRig,
} from "../support/entra/sign-in-rig.js";
import { trust } from "../support/entra/trust.js";

const rig = signInRig();

describe("a refusal", () => {
  it.each([
    [7000215, "Secret ID"],
    [7000222, "expired"],
    [700027, "upload the certificate"],
    [700024, "clock"],
    [700016, "clientId"],
    [90002, "tenantId"],
    [900382, "gcc-high"],
    [50034, "clientId"],
    [700213, "federated"],
    [53003, "conditional access"],
  ])("AADSTS%i is explained with the way out", async (aadsts, word) => {
    rig.entra.reply = refuse(401, "invalid_client", aadsts, `the service's own words about ${CANARY}`);

    const { code, text: words } = await failureOf(rig.tokensFor(secretOf(CANARY)).token(never));

    expect(code).toBe("SIGNIN_REFUSED");
    expect(words).toContain(`AADSTS${aadsts}`);
    expect(words).toContain(word);
    expect(words).not.toContain(CANARY);
  });

  it("nobody knows is told in the service's first line, bounded, without what was sent (fault 47)", async () => {
    const echo = `secret ${CANARY} or ${encodeURIComponent(CANARY)} was wrong ${"x ".repeat(500)}\nsecond line`;
    rig.entra.reply = refuse(400, "invalid_request", 99999999, echo);

    const { text: words } = await failureOf(rig.tokensFor(secretOf(CANARY)).token(never));

    expect(words).toContain("AADSTS99999999");
    expect(words).toContain("was wrong");
    expect(words).not.toContain("canary");
    expect(words).not.toContain("second line");
    expect(words.length).toBeLessThan(3000);
  });

  it("names the difference of the clocks", async () => {
    rig.entra.reply = (response, seen) => {
      response.setHeader("date", new Date(Date.now() + 600_000).toUTCString());
      refuse(401, "invalid_client", 700024, "outside its valid time range")(response, seen);
    };

    const { text: words } = await failureOf(rig.tokensFor(secretOf(CANARY)).token(never));

    expect(words).toMatch(/clock is (599|600|601) s behind/);
  });
});

describe("a token endpoint out of order", () => {
  it.each([
    ["an HTML page", 200, "text/html", "<html>Sign in to the proxy</html>"],
    ["an HTML error page", 503, "text/html", "<html>Service Unavailable</html>"],
    ["a 500 with JSON", 500, "application/json", '{"error":"server_error"}'],
    ["a token without lifetime", 200, "application/json", '{"access_token":"abc"}'],
    ["an array", 200, "application/json", "[]"],
  ])("is an outage, no refusal: %s (fault 45)", async (_name, status, type, body) => {
    rig.entra.reply = (response) => {
      response.writeHead(status, { "content-type": type });
      response.end(body);
    };

    const { code, text: words } = await failureOf(rig.tokensFor(secretOf(CANARY)).token(never));

    expect(code).toBe("SIGNIN_UNAVAILABLE");
    expect(words).not.toContain(CANARY);
    expect(words).not.toContain("html");
  });

  it("names when to come back, and is not asked before (fault 45)", async () => {
    rig.entra.reply = (response) => sendJson(response, 429, { error: "x" }, { "retry-after": "57" });
    const tokens = rig.tokensFor(secretOf(CANARY));

    const { code, retry } = await failureOf(tokens.token(never));
    const asked = rig.entra.seen.length;
    const second = await failureOf(tokens.token(never));

    expect(code).toBe("SIGNIN_UNAVAILABLE");
    expect(retry).toEqual({ after: 57_000 });
    expect(second.code).toBe("SIGNIN_UNAVAILABLE");
    expect(rig.entra.seen).toHaveLength(asked);
  });

  it("sends 10 MB and is cut off (fault 45)", async () => {
    rig.entra.reply = (response) => {
      response.writeHead(200, { "content-type": "application/json" });
      response.end(Buffer.alloc(10_000_000, 0x20));
    };

    expect((await failureOf(rig.tokensFor(secretOf(CANARY)).token(never))).code).toBe("NETWORK_TOO_LARGE");
  });

  it.each([301, 302, 307, 308])("redirects with %i and is not followed (fault 37)", async (status) => {
    const { ca, server } = makeServerCertificate();
    trust(ca);
    const elsewhere = await startEntra(server);
    rig.entra.reply = (response) => {
      response.writeHead(status, { location: `${elsewhere.authority(TENANT)}/oauth2/v2.0/token` });
      response.end();
    };

    const { code, text: words } = await failureOf(rig.tokensFor(secretOf(CANARY)).token(never));
    await elsewhere.close();

    expect(code).toBe("NETWORK_REDIRECT");
    expect(words).not.toContain(CANARY);
    expect(elsewhere.seen).toEqual([]);
  });

  it("has an untrusted certificate and gets no credential (fault 36)", async () => {
    const untrusted = await startEntra(makeServerCertificate().server);
    const tokens = rig.tokensFor(secretOf(CANARY), TENANT, untrusted.authority(TENANT));

    const { code } = await failureOf(tokens.token(never));
    await untrusted.close();

    expect(code).toBe("NETWORK_TLS");
    expect(untrusted.seen).toEqual([]);
  });
});

it("keeps the tokens of tenants in one process apart", async () => {
  const tenants = ["aaaaaaaa-0000-0000-0000-000000000001", "aaaaaaaa-0000-0000-0000-000000000002"];
  rig.entra.secrets.set(APPLICATION, CANARY);
  const doors = tenants.map((tenantId) => rig.tokensFor(secretOf(CANARY), tenantId));

  const tokens = await Promise.all([...doors, ...doors].map((door) => door.token(never)));

  expect(tokens.map((token) => readClaims(token.value)?.tenantId)).toEqual([...tenants, ...tenants]);
});

it("writes no secret and no token into the log (fault 47)", () => {
  expect(rig.log.lines.join("\n")).not.toMatch(/canary|eyJ/);
});
