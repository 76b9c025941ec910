import { describe, expect, it } from "vitest";
import { daemonRig } from "../support/daemon-rig.js";

describe("the daemon and clocks", { timeout: 60_000 }, () => {
  it("loses no day when its clock jumps 400 days ahead and back (faults 67 and 68)", async () => {
    let sourceAheadMs = 0;
    const rig = await daemonRig({
      start: "2026-03-15T09:00:00Z",
      horizon: "4d",
      sourceAheadMs: () => sourceAheadMs,
    });
    const [noon, wrong] = ["2026-03-15T12:00:00Z", "2027-04-19T12:00:00Z"];

    const daemon = rig.start();
    rig.clock.at(noon, () => {
      rig.clock.set(wrong);
      sourceAheadMs = Date.parse(noon) - Date.parse(wrong);
      rig.clock.at("2027-04-19T15:30:00Z", () => {
        rig.clock.set("2026-03-15T15:30:00Z");
        sourceAheadMs = 0;
        rig.clock.at("2026-03-18T09:00:00Z", () => daemon.stop());
      });
    });
    const exit = await daemon.ended;

    const lines = daemon.lines();
    const archived = lines.filter(({ msg }) => msg === "day archived").map((line) => line["day"]);
    expect(lines.some(({ msg }) => msg === "loss not confirmed by the source's clock")).toBe(true);
    expect(lines.some(({ msg }) => msg === "day lost")).toBe(false);
    expect(archived).toEqual(["2026-03-12", "2026-03-13", "2026-03-14", "2026-03-15", "2026-03-16"]);
    expect((await rig.run("verify")).exit).toBe(0);
    expect(exit).toBe(0);
  });

  it("reads by UTC alone, whatever the local time does (fault 70)", async () => {
    const before = process.env["TZ"];
    process.env["TZ"] = "Europe/Berlin";
    try {
      // The night in which clocks go forward there: 02:30 does not exist.
      const rig = await daemonRig({ start: "2026-03-29T00:00:00Z", horizon: "4d", schedule: "30 2 * * *" });

      const { lines } = await rig.runUntil("2026-03-31T12:00:00Z");

      const passes = lines.filter(({ msg }) => msg === "pass ended").map(({ time }) => time.slice(0, 16));
      expect(passes.slice(1)).toEqual(["2026-03-29T02:30", "2026-03-30T02:30", "2026-03-31T02:30"]);
    } finally {
      if (before === undefined) delete process.env["TZ"];
      else process.env["TZ"] = before;
    }
  });
});
