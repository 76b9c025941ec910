import { describe, expect, it } from "vitest";
import { archivedIn, damagePage } from "../support/daemon-archives.js";
import { daemonRig } from "../support/daemon-rig.js";

const SHORT = { start: "2026-03-15T09:00:00Z", horizon: "4d" };

describe("the daemon with several tenants", () => {
  it("gives memory back each time that the last of them has come to rest", async () => {
    const tenants = [{ name: "contoso" }, { name: "fabrikam" }];
    const rig = await daemonRig({ start: "2026-03-15T09:00:00Z", horizon: "4d", readAfter: "26h", tenants });
    let times = 0;

    const daemon = rig.start({ giveBackMemory: () => (times += 1) });
    rig.clock.at("2026-03-15T11:30:00Z", () => daemon.stop());
    await daemon.ended;

    expect(daemon.lines("pass ended")).toHaveLength(8);
    expect(times).toBe(4);
  });

  it("outlives a defect in the watch of a tenant that has stopped", { timeout: 60_000 }, async () => {
    let faults = 0;
    const rig = await daemonRig({
      ...SHORT,
      tenants: [{ name: "contoso" }, { name: "fabrikam" }],
      logBreaksAt: (line) => line.includes('"days-overdue"') && faults++ === 0,
    });
    await rig.runUntil("2026-03-15T09:30:00Z");
    damagePage(rig, "contoso");

    const { exit, lines } = await rig.runUntil("2026-03-17T05:30:00Z");

    const watch = lines.filter(({ msg }) => msg === "stopped tenant not watched");
    const later = lines.filter(({ msg, alarm }) => msg === "alarm lasted" && alarm === "days-overdue");
    expect(watch).toMatchObject([{ tenant: "contoso", message: "TypeError: a defect" }]);
    expect(later).toMatchObject([{ tenant: "contoso" }]);
    expect(archivedIn(lines)).toEqual(["fabrikam 2026-03-14", "fabrikam 2026-03-15"]);
    expect(exit).toBe(0);
  });

  it("lets no tenant with a month to fill delay another", async () => {
    const rig = await daemonRig({
      start: "2026-03-15T09:00:00Z",
      horizon: "8d",
      tenants: [
        { name: "contoso", scenario: { eventsPerDay: 4_000, pageSize: 500 }, requestsPerHour: 1_000 },
        { name: "fabrikam", requestsPerHour: 1_000 },
      ],
    });

    const { lines } = await rig.runUntil("2026-03-15T10:00:00Z");

    const days = archivedIn(lines);
    const order = days.map((text) => text.split(" ")[0]);
    expect(days).toHaveLength(12);
    expect(order.lastIndexOf("fabrikam")).toBeLessThan(order.lastIndexOf("contoso"));
  });
});
