import { writeFileSync } from "node:fs";
import { join } from "node:path";
import { describe, expect, it } from "vitest";
import { nodeHttp } from "../../src/io/node-http.js";
import { DAY_MS, HOUR_MS } from "../../src/model/utc-day.js";
import type { UtcDay } from "../../src/model/utc-day.js";
import type { SimulatedRequest } from "../../packages/simulator/index.js";
import { ledgerOf, manifestOf, recordLinesOf, revisionsIn, servedLines } from "../support/e2e-archived.js";
import { SIGN_IN_TOKEN, e2eRig } from "../support/e2e-rig.js";
import type { E2eRig } from "../support/e2e-rig.js";
import { VirtualClock } from "../support/virtual-clock.js";

const FRIDAY = "2026-11-20" as UtcDay;
const CLIENT_SECRET =
  "{ method: client-secret, clientId: 5f0e7a52-9c0b-4c39-9d0a-6f1d2b7f4e11, secret: { file: ./token } }";
const EMPTY_PAGE =
  '{"activityEventEntities":[],"continuationUri":null,"continuationToken":null,"lastResultSet":false}';

const isPage = ({ kind }: SimulatedRequest): boolean => kind === "activity-events";
const isWindow =
  (hour: string) =>
  ({ parameters }: SimulatedRequest): boolean =>
    parameters?.get("startDateTime")?.startsWith(`'${FRIDAY}T${hour}`) === true;

function typesIn(rig: E2eRig): readonly string[] {
  return ledgerOf(rig.state).map(({ type }) => type);
}

describe("a day at the horizon", () => {
  it("is lost when both clocks say so, for ever, and exit 67 says it (fault 26)", async () => {
    const rig = await e2eRig();
    await rig.run("archive");
    rig.clock.advance(6 * DAY_MS);

    const late = await rig.json("archive");

    const lost = ["2026-11-21", "2026-11-22", "2026-11-23", "2026-11-24"];
    expect(late).toMatchObject({ exit: 67, value: { tenants: [{ lost }] } });
    expect(ledgerOf(rig.vault).flatMap((entry) => (entry.type === "day-lost" ? [entry.day] : []))).toEqual(
      lost,
    );
    expect((await rig.run("archive")).exit).toBe(0);
    expect((await rig.run("status")).exit).toBe(67);
    expect((await rig.run("coverage", "--day", "2026-11-22")).out).toContain("lost");
    expect((await rig.run("verify", "--level", "deep")).exit).toBe(0);
  });

  it("is lost at once when it passes the horizon while it is read, without a storm of requests (fault 26)", async () => {
    const rig = await e2eRig({ horizon: "3d" });
    rig.simulator.injectFault({
      when: 5,
      respond: () => {
        rig.clock.advance(30 * HOUR_MS);
        return { status: 500 };
      },
    });

    const ran = await rig.json("archive");

    expect(ran).toMatchObject({ exit: 67, value: { tenants: [{ lost: [FRIDAY] }] } });
    expect(typesIn(rig)).toContain("day-lost");
    expect(revisionsIn(rig.vault).has(FRIDAY)).toBe(false);
    expect(rig.simulator.requests.length).toBeLessThan(20);
  });

  it("is not lost when our clock alone has jumped, and no day of the future is sealed (fault 67)", async () => {
    const sourceClock = new VirtualClock("2026-11-22T12:00:00.000Z");
    const rig = await e2eRig({ sourceClock });
    await rig.run("archive");
    const sealed = [...revisionsIn(rig.vault).keys()];
    rig.clock.advance(400 * DAY_MS);

    const jumped = await rig.run("archive");

    expect(jumped.exit).not.toBe(0);
    expect(typesIn(rig)).not.toContain("day-lost");
    expect([...revisionsIn(rig.vault).keys()]).toEqual(sealed);
  });

  it("is archived after the clock was set back again (fault 68)", async () => {
    const sourceClock = new VirtualClock("2026-11-22T12:00:00.000Z");
    const rig = await e2eRig({ sourceClock });
    rig.clock.advance(400 * DAY_MS);
    await rig.run("archive");
    rig.clock.advance(-400 * DAY_MS);

    expect((await rig.run("archive")).exit).toBe(0);
    expect([...revisionsIn(rig.vault).keys()]).toContain(FRIDAY);
    expect((await rig.run("verify", "--level", "deep")).exit).toBe(0);
  });
});

describe("a source that changes its mind", () => {
  it("loses nothing when a later reading gives fewer events (fault 28)", async () => {
    const rig = await e2eRig({ horizon: "3d" });
    await rig.run("archive");
    const first = servedLines(rig.simulator, FRIDAY, rig.clock.now());
    rig.simulator.injectFault({ when: isWindow("10"), respond: { body: EMPTY_PAGE } });
    rig.clock.advance(HOUR_MS);

    expect((await rig.run("archive", "--reread")).exit).toBe(0);

    expect(recordLinesOf(rig.vault, FRIDAY, 1)).toEqual(first);
    const [shrank] = ledgerOf(rig.vault).filter(({ type }) => type === "source-shrank");
    expect(shrank).toMatchObject({ day: FRIDAY, revision: 1 });
    expect((await rig.run("verify", "--level", "deep")).exit).toBe(0);
  });

  it("is carried on in a new revision when it brings late events too (fault 28)", async () => {
    const rig = await e2eRig({ horizon: "3d", scenario: { lateShare: 0.5, latestLateDays: 3 } });
    await rig.run("archive");
    const first = servedLines(rig.simulator, FRIDAY, rig.clock.now());
    rig.simulator.injectFault({ when: isWindow("10"), respond: { body: EMPTY_PAGE } });
    rig.clock.advance(10 * HOUR_MS);

    expect((await rig.run("archive", "--reread")).exit).toBe(0);

    const { diff, completeness } = manifestOf(rig.vault, FRIDAY, 2);
    const held = recordLinesOf(rig.vault, FRIDAY, 2);
    expect(completeness.carried).toBe(diff.removed);
    expect(completeness.carried).toBeGreaterThan(0);
    expect(diff.added).toBeGreaterThan(0);
    expect(new Set(held).size).toBe(held.length);
    expect(first.filter((line) => !held.includes(line))).toEqual([]);
    expect(typesIn(rig)).toContain("source-shrank");
    expect((await rig.run("verify", "--level", "deep")).exit).toBe(0);
  });

  it("is stopped when it gives another tenant's events, and archived once it is right again (fault 29)", async () => {
    const rig = await e2eRig({ horizon: "3d", tenantId: "8d5b3f6e-2f0c-4f7e-9a51-3f1f0f6f2a11" });

    const stopped = await rig.run("archive");

    expect(stopped.exit).toBe(65);
    expect(stopped.out).toContain("SOURCE_TENANT_MISMATCH");
    expect(ledgerOf(rig.state).at(-1)).toMatchObject({ type: "incident", code: "SOURCE_TENANT_MISMATCH" });
    expect([...revisionsIn(rig.vault)]).toEqual([]);
    await rig.restartSimulator({ tenantId: "8d5b3f6e-2f0c-4f7e-9a51-3f1f0f6f2a11" });
    expect((await rig.run("archive")).exit).toBe(0);
    expect(recordLinesOf(rig.vault, FRIDAY, 1)).toEqual(servedLines(rig.simulator, FRIDAY, rig.clock.now()));
  });
});

describe("a source that fails", () => {
  it("is asked again through a burst of 500s (fault 32)", async () => {
    const rig = await e2eRig({ horizon: "3d" });
    rig.simulator.injectFault({ when: isPage, times: 12, respond: { status: 500, body: "" } });

    expect((await rig.run("archive")).exit).toBe(0);
    expect(recordLinesOf(rig.vault, FRIDAY, 1)).toEqual(
      servedLines(rig.simulator, FRIDAY, Date.parse(manifestOf(rig.vault, FRIDAY, 1).reading.ended)),
    );
  });

  it("ends the pass with 69 when it stays down, seals nothing, and is read later (fault 32)", async () => {
    const rig = await e2eRig({ horizon: "3d" });
    rig.simulator.injectFault({ when: isPage, times: 500, respond: { status: 503, body: "" } });

    const down = await rig.run("archive");

    expect(down.exit).toBe(69);
    expect(down.out).toMatch(/NOT sealed[^]*SOURCE_UNAVAILABLE/);
    expect(rig.simulator.requests.length).toBeLessThan(100);
    expect([...revisionsIn(rig.vault)]).toEqual([]);
    expect((await rig.run("status")).out).toContain("1 day due");
    await rig.restartSimulator({});
    expect((await rig.run("archive")).exit).toBe(0);
  });

  it("is continued at the first unfinished window when it went away half-way", async () => {
    const rig = await e2eRig({ horizon: "3d" });
    rig.simulator.injectFault({
      when: 15,
      respond: async () => {
        await rig.simulator.close();
        return { reset: true };
      },
    });

    const gone = await rig.run("archive");

    expect(gone.exit).toBe(69);
    await rig.restartSimulator({});
    expect((await rig.run("archive")).exit).toBe(0);
    expect(rig.simulator.requests.length).toBeLessThanOrEqual(18);
    expect(recordLinesOf(rig.vault, FRIDAY, 1).toSorted()).toEqual(
      servedLines(
        rig.simulator,
        FRIDAY,
        Date.parse(manifestOf(rig.vault, FRIDAY, 1).reading.ended),
      ).toSorted(),
    );
  });
});

describe("a refused credential", () => {
  it("is tried once in 15 minutes, and at once when it was changed (fault 41)", async () => {
    const rig = await e2eRig({ auth: CLIENT_SECRET, horizon: "3d" });
    const signIns = (): number => rig.simulator.requests.filter(({ path }) => path.endsWith("/token")).length;

    const first = await rig.run("archive");
    for (let minute = 0; minute < 14; minute += 2) {
      expect((await rig.run("archive")).exit).toBe(77);
      rig.clock.advance(120_000);
    }

    expect(first.exit).toBe(77);
    expect(first.out).toContain("copy the secret's Value");
    expect(signIns()).toBe(1);
    rig.clock.advance(120_000);
    await rig.run("archive");
    expect(signIns()).toBe(2);
    writeFileSync(join(rig.folder, "token"), "simulated-client-secret", { mode: 0o600 });
    expect((await rig.run("archive")).exit).toBe(0);
  });

  const REFUSALS = [
    [
      "the tenant setting is off or the group lacks the application",
      { access: "not-authorized" },
      /security group/,
    ],
    ["applications are not let in at all", { access: "not-accessible" }, /service principals can/i],
  ] as const;
  it.each(REFUSALS)(
    "is explained in the operator's words when %s (fault 44)",
    async (_why, scenario, words) => {
      const rig = await e2eRig({
        auth: CLIENT_SECRET,
        horizon: "3d",
        scenario: { ...scenario, clientSecret: SIGN_IN_TOKEN },
      });

      const refused = await rig.run("archive");

      expect(refused.exit).toBe(77);
      expect(refused.out).toContain("ACCESS_DENIED");
      expect(refused.out).toMatch(words);
      expect((await rig.run("status")).out).toMatch(/1 day due/);
      expect(rig.simulator.requests.length).toBeLessThan(40);
    },
  );

  it.each([
    ["401", '{"error":{"code":"PowerBINotAuthorizedException"}}', 401],
    ["403 TokenExpired", '{"error":{"code":"TokenExpired"}}', 403],
  ])("ends the pass when every token is answered with %s (fault 43)", async (_name, body, status) => {
    const rig = await e2eRig({
      auth: CLIENT_SECRET,
      horizon: "3d",
      scenario: { clientSecret: SIGN_IN_TOKEN },
    });
    rig.simulator.injectFault({ when: isPage, respond: { status, body } });

    expect((await rig.run("archive")).exit).toBe(77);
    expect(rig.simulator.requests.length).toBeLessThan(40);
  });

  it("is never sent to the host of a continuationUri (fault 10)", async () => {
    const hosts = new Set<string>();
    const rig = await e2eRig({ horizon: "3d", scenario: { pageSize: 3, continuationHost: "evil.example" } });

    const ran = await rig.runWith(
      {
        http: {
          request: (request, signal) => {
            hosts.add(new URL(request.url).host);
            return nodeHttp.request(request, signal);
          },
        },
      },
      "archive",
    );

    expect(ran.exit).toBe(0);
    expect([...hosts]).toEqual([new URL(rig.simulator.url).host]);
  });
});
