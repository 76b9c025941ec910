import { existsSync } from "node:fs";
import { describe, expect, it } from "vitest";
import { e2eRig } from "../support/e2e-rig.js";

function daysOf(value: unknown): readonly string[] {
  return (value as { tenants: [{ days: { day: string }[] }] }).tenants[0].days.map(({ day }) => day);
}

describe("days that an operator names", () => {
  it.each([
    ["yesterday", "2026-11-21: not due until 2026-11-23 02:00 UTC"],
    ["today", "2026-11-22: not due until 2026-11-24 02:00 UTC"],
    ["2026-11-25", "2026-11-25: in the future; not due until 2026-11-27 02:00 UTC"],
    ["-2d", "2026-11-20: sealed already; all its readings are done"],
    ["2026-11-01", "2026-11-01: before the archive began"],
  ])("archive --day %s says what the day is", async (day, words) => {
    const rig = await e2eRig({ horizon: "3d", scenario: { eventsPerDay: 30 } });
    await rig.run("archive");

    expect((await rig.run("archive", "--day", day)).out).toContain(words);
  });

  it("says when a sealed day is read again", async () => {
    const rig = await e2eRig({
      horizon: "4d",
      readAfter: ["26h", "60h"],
      scenario: { eventsPerDay: 30 },
    });
    await rig.run("archive");

    expect((await rig.run("archive", "--day", "-2d")).out).toContain(
      "2026-11-20: sealed already; next reading due at 2026-11-23 12:00 UTC",
    );
  });

  it("knows months", async () => {
    const rig = await e2eRig({ horizon: "3d", scenario: { eventsPerDay: 30 } });

    const { value } = await rig.json("coverage", "--from", "2026-10", "--to", "2026-11");

    const [{ days }] = (value as { tenants: [{ days: { day: string }[] }] }).tenants;
    expect([days[0]?.day, days.at(-1)?.day]).toEqual(["2026-10-01", "2026-11-30"]);
  });

  it("shows and verifies a day that is named by its distance", async () => {
    const rig = await e2eRig({ horizon: "3d", scenario: { eventsPerDay: 30 } });
    await rig.run("archive");

    expect(await rig.run("show", "-2d", "--proof")).toEqual(await rig.run("show", "2026-11-20", "--proof"));
    expect(await rig.run("verify", "--day", "-2d")).toEqual(await rig.run("verify", "--day", "2026-11-20"));
    expect((await rig.run("show", "-2d")).exit).toBe(0);
  });
});

describe("archive --dry-run", () => {
  it("prints days, requests, time and deadlines, asks the source nothing and writes nothing", async () => {
    const rig = await e2eRig({ horizon: "4d", scenario: { eventsPerDay: 30 }, requestsPerHour: 24 });

    const { exit, out } = await rig.run("archive", "--dry-run");

    expect(exit).toBe(0);
    expect(out).toContain(
      "2 days to read, at least 48 requests (24 left in this hour), at least 60 minutes by the rate limit",
    );
    expect(out).toContain("2026-11-19  gap         the source begins to drop it at 2026-11-23 00:00 UTC");
    expect(rig.simulator.requests).toEqual([]);
    expect(existsSync(rig.state)).toBe(false);
    expect(existsSync(rig.vault)).toBe(false);
  });

  it("plans what a pass then does", async () => {
    const rig = await e2eRig({ horizon: "4d", scenario: { eventsPerDay: 30 } });

    const planned = await rig.json("archive", "--dry-run");
    const done = await rig.json("archive");

    expect(daysOf(planned.value)).toEqual(daysOf(done.value));
    expect((await rig.run("archive", "--dry-run")).out).toBe("contoso: nothing to read\n");
  });
});
