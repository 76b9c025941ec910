import { describe, expect, it, onTestFinished } from "vitest";
import { startSimulator } from "../../packages/simulator/index.js";
import { makeServerCertificate } from "../support/entra/certificates.js";
import { decode, startEntra } from "../support/entra/entra-server.js";
import { APPLICATION_ID, TENANT_ID, operator, sourceToken } from "../support/entra/operator.js";
import type { Operator } from "../support/entra/operator.js";

const [WRONG, RIGHT] = ["canary~wrong~secret", "canary~right~secret"];
const MINUTE_MS = 60_000;

const secretIn = (file: string): string =>
  `{ method: client-secret, clientId: ${APPLICATION_ID}, secret: { file: ./${file} } }`;

async function tenantWithWrongSecret(): Promise<Operator> {
  const own = await operator();
  own.entra.secrets.set(APPLICATION_ID, RIGHT);
  own.put("secret", WRONG);
  own.configure({ auth: secretIn("secret") });
  return own;
}

describe("a wrong secret", () => {
  it("ends every run with 77 and is shown to the token endpoint once in 15 minutes (fault 41)", async () => {
    const own = await tenantWithWrongSecret();
    const exits: number[] = [];

    for (let minute = 0; minute < 15; minute += 1) {
      exits.push((await own.run("archive", "--day", own.day)).exit);
      own.clock.advance(MINUTE_MS);
    }
    const within = own.entra.seen.length;
    const again = await own.run("archive", "--day", own.day);

    expect(exits).toEqual(Array<number>(15).fill(77));
    expect(within).toBe(1);
    expect(again).toMatchObject({ exit: 77, out: expect.stringContaining("AADSTS7000215") });
    expect(own.entra.seen).toHaveLength(2);
    expect(own.simulator.requests).toEqual([]);
    expect(again.out + again.err).not.toContain("canary");
  });

  it("that is replaced on disk is used at once, without waiting (fault 46)", async () => {
    const own = await tenantWithWrongSecret();
    const first = await own.run("archive", "--day", own.day);

    own.put("secret", RIGHT);
    const second = await own.run("archive", "--day", own.day);

    expect(first.exit).toBe(77);
    expect(second).toMatchObject({ exit: 0, out: "contoso: 1 day sealed\n" });
    expect(own.entra.seen).toHaveLength(2);
  });

  it("is tried by a check all the same: an operator who has mended it must see so", async () => {
    const own = await tenantWithWrongSecret();
    await own.run("archive", "--day", own.day);
    own.entra.secrets.set(APPLICATION_ID, WRONG);

    expect((await own.run("config", "check", "--online")).exit).toBe(0);
  });
});

it("several tenants of one configuration never show each other's secrets and tokens", async () => {
  const own = await operator();
  const other = "99999999-0000-4000-8000-000000000001";
  const secondToken = sourceToken({ tid: other });
  const { ca, server } = makeServerCertificate();
  const entra = await startEntra(server);
  onTestFinished(() => entra.close());
  entra.issue = () => secondToken;
  const tls = { key: server.keyPem, cert: server.pem };
  const scenario = {
    eventsPerDay: 60,
    requestsPerHour: 1_000_000,
    tenantId: other,
    bearerToken: secondToken,
    tls,
  };
  const simulator = await startSimulator(scenario, own.clock);
  onTestFinished(() => simulator.close());
  own.put("ca.pem", own.ca.pem + ca.pem, 0o644);
  own.put("first", "canary~first");
  own.put("second", "canary~second");
  own.entra.secrets.set(APPLICATION_ID, "canary~first");
  entra.secrets.set(APPLICATION_ID, "canary~second");
  own.configure([
    { name: "first", auth: secretIn("first") },
    {
      name: "second",
      tenantId: other,
      api: `${simulator.url}/`,
      authority: entra.authority(other),
      auth: secretIn("second"),
    },
  ]);
  const [toFirst, toSecond] = [tenantsShownTo(own.simulator), tenantsShownTo(simulator)];

  const { exit, out, err } = await own.run("archive", "--day", own.day);

  expect({ exit, err }).toMatchObject({ exit: 0 });
  expect(out).toBe("first: 1 day sealed\nsecond: 1 day sealed\n");
  expect(shownTo(own.entra)).toEqual([[TENANT_ID, "canary~first"]]);
  expect(shownTo(entra)).toEqual([[other, "canary~second"]]);
  expect([...toFirst]).toEqual([TENANT_ID]);
  expect([...toSecond]).toEqual([other]);
});

/** Tenant and secret of each request of the sign-in. */
function shownTo({ seen }: Operator["entra"]): readonly (readonly unknown[])[] {
  return seen.map(({ path, form }) => [path.split("/")[1], form["client_secret"]]);
}

/** The tenants whose tokens a source is shown; a rule that never applies sees every request as it came. */
function tenantsShownTo(simulator: Operator["simulator"]): ReadonlySet<unknown> {
  const tenants = new Set<unknown>();
  simulator.injectFault({
    when: ({ headers }) => {
      tenants.add(decode(headers["authorization"]?.split(".")[1] ?? "")["tid"]);
      return false;
    },
    respond: { status: 500, body: "" },
  });
  return tenants;
}
