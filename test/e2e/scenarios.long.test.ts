import { describe, expect, it } from "vitest";
import type { UtcDay } from "../../src/model/utc-day.js";
import { CALM_SCENARIO, RESTLESS_SCENARIO } from "../../packages/simulator/index.js";
import type { Scenario } from "../../packages/simulator/index.js";
import { ledgerOf, manifestOf, recordLinesOf, revisionsIn, servedLines } from "../support/e2e-archived.js";
import { e2eRig } from "../support/e2e-rig.js";

const [THURSDAY, FRIDAY] = ["2026-11-19" as UtcDay, "2026-11-20" as UtcDay];

// Shares that a day of some hundred events makes visible.
const RESTLESS: Partial<Scenario> = {
  ...RESTLESS_SCENARIO,
  eventsPerDay: 200,
  requestsPerHour: 1_000_000,
  lateShare: 0.05,
  duplicateShare: 0.06,
  conflictShare: 0.03,
  missingIdShare: 0.03,
  emptyPageShare: 0.3,
};
const CALM: Partial<Scenario> = { ...CALM_SCENARIO, eventsPerDay: 100, requestsPerHour: 1_000_000 };

const SCENARIOS: readonly (readonly [string, Partial<Scenario>, "zstd" | "gzip"])[] = [
  ["a calm tenant", CALM, "zstd"],
  ["a restless tenant", RESTLESS, "zstd"],
  ["a restless tenant, archived with gzip", RESTLESS, "gzip"],
  ["pretty-printed answers", { ...RESTLESS, layout: "pretty" }, "zstd"],
  ["pretty-printed answers with CR LF", { ...RESTLESS, layout: "pretty-crlf" }, "gzip"],
  ["compressed answers", { ...RESTLESS, gzip: true }, "zstd"],
  ["old tokens and pages of seven", { ...RESTLESS, tokenStyle: "old", pageSize: 7 }, "zstd"],
  ["new tokens and pages of seven", { ...RESTLESS, tokenStyle: "new", pageSize: 7 }, "zstd"],
  ["pages of one event", { ...CALM, eventsPerDay: 40, pageSize: 1, emptyPageShare: 0.5 }, "zstd"],
  ["a last page that says so", { ...RESTLESS, lastResultSetAtEnd: true }, "zstd"],
  ["every event twice", { ...RESTLESS, eventsPerDay: 80, duplicateShare: 1, pageSize: 11 }, "zstd"],
  ["every Id on two texts", { ...RESTLESS, conflictShare: 1 }, "zstd"],
  ["no Id at all", { ...RESTLESS, missingIdShare: 1 }, "zstd"],
  ["an empty day", { ...RESTLESS, emptyDays: [FRIDAY] }, "zstd"],
  ["one event a day", { ...CALM, eventsPerDay: 1 }, "zstd"],
];

describe.each(SCENARIOS)("%s", (_name, scenario, compression) => {
  it("is archived with no event lost, doubled or altered, and a second pass adds nothing", async () => {
    // With this horizon one day is due.
    const rig = await e2eRig({ scenario, compression, horizon: "3d" });

    const first = await rig.run("archive");

    expect(first).toMatchObject({ exit: 0, out: "contoso: 1 day sealed\n" });
    const now = rig.clock.now();
    expect(recordLinesOf(rig.vault, FRIDAY, 1)).toEqual(servedLines(rig.simulator, FRIDAY, now));
    const counts = rig.simulator.truth.countsOf(FRIDAY, now);
    expect(manifestOf(rig.vault, FRIDAY, 1).completeness).toMatchObject({
      delivered: counts.delivered,
      distinct: counts.distinct,
      exact_duplicates: counts.exactDuplicates,
      conflicting_ids: counts.conflictingIds,
      missing_ids: counts.missingIds,
    });
    expect((await rig.run("verify", "--level", "deep")).exit).toBe(0);

    const before = ledgerOf(rig.vault).length;
    const requests = rig.simulator.requests.length;
    expect(await rig.run("archive")).toMatchObject({
      exit: 0,
      out: "contoso: nothing was due; nothing added\n",
    });
    expect(ledgerOf(rig.vault)).toHaveLength(before);
    expect(rig.simulator.requests).toHaveLength(requests);
  });
});

it("sits out spells of throttling, and the source's own allowance, without losing an event (fault 31)", async () => {
  const rig = await e2eRig({
    scenario: {
      ...RESTLESS,
      requestsPerHour: 40,
      throttleSpells: [
        { fromRequest: 5, requests: 3, retryAfterSeconds: 90 },
        { fromRequest: 30, requests: 2, retryAfterSeconds: 3_700 },
      ],
    },
  });

  expect(await rig.run("archive")).toMatchObject({ exit: 0 });

  for (const day of revisionsIn(rig.vault).keys()) {
    const { reading } = manifestOf(rig.vault, day, 1);
    const readAt = Date.parse(reading.ended);
    expect(recordLinesOf(rig.vault, day, 1).toSorted()).toEqual(
      servedLines(rig.simulator, day, readAt).toSorted(),
    );
  }
  expect(manifestOf(rig.vault, THURSDAY, 1).reading.throttled_ms).toBeGreaterThan(3_600_000);
  expect((await rig.run("verify", "--level", "deep")).exit).toBe(0);
});

it("goes on with a new token when tokens expire in the middle of a day (fault 42)", async () => {
  const rig = await e2eRig({
    scenario: { ...RESTLESS, clientSecret: "e2e-bearer-token-of-the-tests" },
    // Side by side, the other windows could let a new token expire before it is ever used.
    concurrency: 1,
    auth: "{ method: client-secret, clientId: 5f0e7a52-9c0b-4c39-9d0a-6f1d2b7f4e11, secret: { file: ./token } }",
  });
  // Each page takes four minutes of the virtual clock; a token lives for an hour.
  rig.simulator.injectFault({
    when: ({ kind }) => kind === "activity-events",
    respond: async (_request, own) => {
      rig.clock.advance(240_000);
      await own();
      return {};
    },
  });

  expect(await rig.run("archive")).toMatchObject({ exit: 0 });

  const signIns = rig.simulator.requests.filter(({ path }) => path.endsWith("/token"));
  expect(signIns.length).toBeGreaterThan(2);
  for (const day of revisionsIn(rig.vault).keys()) {
    expect(recordLinesOf(rig.vault, day, 1)).toEqual(servedLines(rig.simulator, day, rig.clock.now()));
  }
});
