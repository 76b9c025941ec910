import { describe, expect, it } from "vitest";
import { DAY_MS } from "../../src/model/utc-day.js";
import { makeCertificate } from "../support/entra/certificates.js";
import { APPLICATION_ID, operator } from "../support/entra/operator.js";
import type { Operator } from "../support/entra/operator.js";

const AUTH = `{ method: client-certificate, clientId: ${APPLICATION_ID}, certificate: { file: ./client.pem }, privateKey: { file: ./client.key } }`;

/** A tenant whose certificate has this long to live. */
async function ending(inMs: number): Promise<Operator> {
  const own = await operator();
  const certificate = makeCertificate({
    name: "daybook",
    kind: "rsa",
    notBeforeMs: own.clock.now() - 400 * DAY_MS,
    notAfterMs: own.clock.now() + inMs,
  });
  own.entra.certificates.set(APPLICATION_ID, certificate.pem);
  own.put("client.pem", certificate.pem, 0o644);
  own.put("client.key", certificate.keyPem);
  own.configure({ auth: AUTH });
  return own;
}

interface Told {
  readonly tenants: readonly { readonly certificate: unknown }[];
}

const certificateIn = (json: string): unknown => (JSON.parse(json) as Told).tenants[0]?.certificate;

describe("a client certificate near its end", () => {
  it.each([
    [31, "none", "requests left; sinks up to date\n"],
    [29, "soon", "; certificate of contoso expires in 29 days\n"],
    [13, "near", "; certificate of contoso expires in 13 days\n"],
    [2, "urgent", "; certificate of contoso expires in 2 days\n"],
  ])("is told by status %i days ahead (fault 48)", async (days, warning, words) => {
    const own = await ending(days * DAY_MS + 60_000);

    const told = await own.run("status");
    const json = await own.run("status", "--json");

    expect(told.out).toContain(words);
    expect(certificateIn(json.out)).toMatchObject({ days_left: days, warning });
  });

  it("is told by archive in its log, and the day is archived all the same (fault 48)", async () => {
    const own = await ending(13 * DAY_MS + 60_000);

    const { exit, err } = await own.run("archive", "--day", own.day, "--log-format", "json");

    expect(exit).toBe(0);
    const line = err.split("\n").find((text) => text.includes("client certificate found near its end"));
    expect(JSON.parse(line ?? "{}")).toMatchObject({ level: "warn", tenant: "contoso", daysLeft: 13 });
  });
});

it("one past its end is told as such", async () => {
  const own = await ending(-DAY_MS - 60_000);

  const told = await own.run("status");
  const check = await own.run("config", "check", "--online");

  expect(told.out).toContain("certificate of contoso EXPIRED at ");
  expect(check).toMatchObject({ exit: 77, out: expect.stringContaining("CERTIFICATE_EXPIRED") });
});

it("one that this user cannot read keeps nothing else of the status back", async () => {
  const own = await ending(13 * DAY_MS);
  own.put("client.key", "no key");

  const told = await own.run("status");

  expect(told.out).toContain("certificate of contoso cannot be read");
  expect(told.out).toContain("nothing sealed yet");
});

it("a tenant without a certificate has none in its status", async () => {
  const own = await operator();
  own.put("token", "t");
  own.configure({ auth: "{ method: token, token: { file: ./token } }" });

  const { out } = await own.run("status", "--json");

  expect(certificateIn(out)).toBeNull();
});
