import { existsSync } from "node:fs";
import { join } from "node:path";
import { describe, expect, it } from "vitest";
import { archivedIn, damagePage } from "../support/daemon-archives.js";
import { daemonRig } from "../support/daemon-rig.js";

const SHORT = { start: "2026-03-15T09:00:00Z", horizon: "4d" };

describe("the daemon with several tenants", () => {
  it("goes on with the others when one is refused, which it tries every 15 minutes at most (faults 41 and 44)", async () => {
    const rig = await daemonRig({
      ...SHORT,
      schedule: "* * * * *",
      tenants: [{ name: "contoso", scenario: { access: "not-authorized" } }, { name: "fabrikam" }],
    });

    const { exit, lines } = await rig.runUntil("2026-03-15T13:00:00Z");

    const asked = rig.simulator("contoso").requests.map(({ atMs }) => atMs);
    // A refused token is renewed once, and windows side by side are refused side by side.
    const moments = [...new Set(asked)].toSorted((a, b) => a - b);
    const pauses = moments.slice(2).map((ms, index) => ms - (moments[index + 1] ?? 0));
    // Simulated time runs on while the mark of a refusal is computed: not every quarter of an hour is used.
    expect(moments.length).toBeGreaterThan(3);
    expect(Math.min(...pauses)).toBeGreaterThanOrEqual(15 * 60_000);
    expect(archivedIn(lines)).toEqual(["fabrikam 2026-03-12", "fabrikam 2026-03-13"]);
    const alarms = lines.filter(({ msg }) => msg === "alarm began").map((line) => line["alarm"]);
    expect(alarms).toEqual(["sign-in-refused", "days-overdue"]);
    expect(exit).toBe(0);
  });

  it("stops a tenant whose archive is damaged, and no other", async () => {
    const rig = await daemonRig({ ...SHORT, tenants: [{ name: "contoso" }, { name: "fabrikam" }] });
    await rig.runUntil("2026-03-15T09:30:00Z");
    damagePage(rig, "contoso");

    const { exit, lines } = await rig.runUntil("2026-03-16T09:00:00Z");

    const failures = lines.filter(({ msg }) => msg === "pass failed");
    expect(failures.map((line) => [line["tenant"], line["code"]])).toEqual([["contoso", "ARCHIVE_DAMAGED"]]);
    expect(archivedIn(lines)).toEqual(["fabrikam 2026-03-14"]);
    expect(exit).toBe(0);
  });

  it("ends with 65 when every archive is damaged", async () => {
    const rig = await daemonRig({ ...SHORT, tenants: [{ name: "contoso" }, { name: "fabrikam" }] });
    await rig.runUntil("2026-03-15T09:30:00Z");
    damagePage(rig, "contoso");
    damagePage(rig, "fabrikam");

    const exit = await rig.start().ended;

    expect(exit).toBe(65);
  });

  it("ends with 65 when the last tenant that worked delivers another tenant's events", async () => {
    const rig = await daemonRig({ ...SHORT, tenants: [{ name: "contoso" }] });
    rig.configure((text) => text.replace(/tenantId: .*/, "tenantId: c3d76ad3-667a-48b3-bcdf-8894690000ff"));

    const daemon = rig.start();

    expect(await daemon.ended).toBe(65);
    expect(daemon.lines("tenant stopped")).toHaveLength(1);
  });

  it("leaves an archive alone that another instance holds (fault 64)", async () => {
    const rig = await daemonRig(SHORT);
    const first = rig.start();
    rig.clock.at("2026-03-15T10:00:00Z", () => first.stop());
    const second = rig.start();

    expect(await second.ended).toBe(75);
    // `status` would take the refused one's failure for the healthy one's.
    expect(existsSync(join(rig.folder, "state", "contoso", "last-failure.json"))).toBe(false);
    expect(await first.ended).toBe(0);
    expect((await rig.run("verify")).exit).toBe(0);
  });
});
