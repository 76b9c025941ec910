import { describe, expect, it } from "vitest";
import type { FaultAnswer } from "../../packages/simulator/faults.js";
import { revisionsIn } from "../support/e2e-archived.js";
import { e2eRig } from "../support/e2e-rig.js";
import type { E2eRig } from "../support/e2e-rig.js";

/** At noon of 22 November, with a horizon of four days, the two days that are due. */
const OLDEST = "2026-11-19";
const NEXT = "2026-11-20";

/** The hours given, such as `2026-11-19T07`, get this answer at each attempt. */
function breakHours(rig: E2eRig, hours: readonly string[], respond: FaultAnswer): void {
  rig.simulator.injectFault({
    when: ({ query }) => hours.some((hour) => decodeURIComponent(query).includes(`startDateTime='${hour}`)),
    respond,
  });
}

/** The days of the requests after the first `before`, each once, in their order. */
function daysIn(rig: E2eRig, before: number): readonly (string | undefined)[] {
  const requests = rig.simulator.requests.slice(before);
  return [...new Set(requests.map(({ query }) => /2026-11-\d\d/.exec(query)?.[0]))];
}

const ANSWERS: readonly (readonly [string, FaultAnswer])[] = [
  ["answers 500", { status: 500 }],
  ["is cut", { cutAfterBytes: 20 }],
  ["redirects", { status: 302, headers: { location: "https://elsewhere.example/" } }],
];

describe("a day with an hour that fails at each attempt", () => {
  it.each(ANSWERS)("does not delay the next day when the hour %s", async (_name, respond) => {
    const rig = await e2eRig({ scenario: { eventsPerDay: 24 } });
    breakHours(rig, [`${OLDEST}T07`], respond);

    const { exit } = await rig.run("archive");

    expect(exit).toBe(69);
    expect([...revisionsIn(rig.vault).keys()]).toEqual([NEXT]);
  });

  it("comes last in the next passes, and status says why, since when and when it is tried again", async () => {
    const kept = "2026-11-18";
    const rig = await e2eRig({ scenario: { eventsPerDay: 24 }, horizon: "6d" });
    breakHours(rig, [`${kept}T07`], { status: 500 });
    await rig.run("archive", "--from", kept, "--to", kept);

    const { value } = await rig.json("status");
    const text = await rig.run("status");
    const before = rig.simulator.requests.length;
    await rig.run("archive");

    expect(value).toMatchObject({
      tenants: [{ kept_back: [{ day: kept, code: "SOURCE_UNAVAILABLE", failures: 1 }] }],
    });
    expect(text.out).toContain(`  ${kept} is kept back by SOURCE_UNAVAILABLE since 2026-11-22T12:`);
    expect(text.out).toMatch(/tried again after the other days, next at 2026-11-22T1\d:07Z/);
    expect(daysIn(rig, before)).toEqual(["2026-11-17", "2026-11-19", "2026-11-20", kept]);
  });

  it("takes its place again in the last day before its deadline", async () => {
    const rig = await e2eRig({ scenario: { eventsPerDay: 24 }, readAfter: ["1h"] });
    breakHours(rig, [`${OLDEST}T07`], { status: 500 });
    await rig.run("archive", "--from", OLDEST, "--to", OLDEST);
    const before = rig.simulator.requests.length;
    await rig.run("archive");

    expect(daysIn(rig, before)[0]).toBe(OLDEST);
  });

  it("is forgotten once the day is sealed", async () => {
    const rig = await e2eRig({ scenario: { eventsPerDay: 24 } });
    breakHours(rig, [`${OLDEST}T07`], { status: 500 });
    await rig.run("archive");
    await rig.restartSimulator({});
    await rig.run("archive");

    expect((await rig.json("status")).value).toMatchObject({ tenants: [{ kept_back: [] }] });
  });
});

describe("a source that fails for two days in a row in the same way", () => {
  it("ends the pass with that reason, before the third day", async () => {
    const rig = await e2eRig({ scenario: { eventsPerDay: 24 }, readAfter: ["1h"] });
    breakHours(rig, [`${OLDEST}T07`, `${NEXT}T07`, "2026-11-21T07"], { status: 500 });

    const { exit } = await rig.run("archive");

    expect(exit).toBe(69);
    expect(rig.simulator.requests.some(({ query }) => query.includes("2026-11-21"))).toBe(false);
  });
});
