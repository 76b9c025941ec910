import { describe, expect, it } from "vitest";
import { daemonRig } from "../support/daemon-rig.js";

describe("the daemon and clocks", { timeout: 60_000 }, () => {
  it("says which days were lost once the source's clock agrees, and alarms before", async () => {
    const rig = await daemonRig({ start: "2026-03-15T09:00:00Z", horizon: "4d" });
    await rig.runUntil("2026-03-15T10:00:00Z");
    rig.clock.set("2026-03-22T10:00:00Z");

    const { lines } = await rig.runUntil("2026-03-22T11:30:00Z");

    const lost = lines.filter(({ msg }) => msg === "day lost").map((line) => line["day"]);
    expect(lost).toEqual(["2026-03-14", "2026-03-15", "2026-03-16", "2026-03-17", "2026-03-18"]);
    expect((await rig.run("status")).exit).toBe(67);
  });

  it("declares no day lost while the source does not answer", async () => {
    const rig = await daemonRig({ start: "2026-03-15T09:00:00Z", horizon: "4d" });
    await rig.runUntil("2026-03-15T10:00:00Z");
    rig.clock.set("2026-03-22T10:00:00Z");
    rig.simulator("contoso").injectFault({ when: () => true, respond: { reset: true } });

    const { lines } = await rig.runUntil("2026-03-22T11:00:00Z");

    expect(lines.some(({ msg }) => msg === "loss not confirmed by the source's clock")).toBe(true);
    expect(lines.some(({ msg }) => msg === "day lost")).toBe(false);
  });
});
