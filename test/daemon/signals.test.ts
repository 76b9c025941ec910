import { existsSync, readdirSync } from "node:fs";
import { join } from "node:path";
import { describe, expect, it } from "vitest";
import { daemonRig } from "../support/daemon-rig.js";

const SHORT = { start: "2026-03-15T09:00:00Z", horizon: "4d" };

describe("the daemon and signals", () => {
  it("ends within seconds of SIGTERM in the middle of a page, and seals nothing (fault 60)", async () => {
    const rig = await daemonRig(SHORT);
    rig.simulator("contoso").injectFault({ when: 20, times: 1, respond: { delayMs: 60_000 } });
    const daemon = rig.start();
    while (rig.simulator("contoso").requests.length < 22)
      await new Promise((resolve) => setTimeout(resolve, 5));

    const startedMs = performance.now();
    daemon.stop();
    const exit = await daemon.ended;

    expect(exit).toBe(0);
    expect(performance.now() - startedMs).toBeLessThan(5_000);
    expect(existsSync(join(rig.folder, "vault", "contoso", "days"))).toBe(false);
    expect(readdirSync(join(rig.folder, "state", "contoso", "staging"))).toEqual([]);
  });

  it("goes on after a stop where it was", async () => {
    const rig = await daemonRig(SHORT);
    rig.simulator("contoso").injectFault({ when: 20, times: 1, respond: { delayMs: 60_000 } });
    const daemon = rig.start();
    while (rig.simulator("contoso").requests.length < 22)
      await new Promise((resolve) => setTimeout(resolve, 5));
    daemon.stop();
    await daemon.ended;

    const { lines } = await rig.runUntil("2026-03-15T09:30:00Z");

    expect(lines.filter(({ msg }) => msg === "interrupted reading continued")).toHaveLength(1);
    expect(lines.filter(({ msg }) => msg === "day archived")).toHaveLength(2);
    expect((await rig.run("verify")).exit).toBe(0);
  });

  it("refuses a bad configuration on SIGHUP and goes on with the old one (fault 86)", async () => {
    const rig = await daemonRig(SHORT);

    const { exit, lines } = await rig.runUntil("2026-03-16T09:00:00Z", (daemon) =>
      rig.clock.at("2026-03-15T12:00:00Z", () => {
        rig.configure((text) => text.replace("horizon: 4d", "horizon: 400d"));
        daemon.hangUp();
      }),
    );

    expect(lines.filter(({ msg }) => msg === "configuration refused").map((line) => line["code"])).toEqual([
      "CONFIG_INVALID",
    ]);
    expect(lines.filter(({ msg }) => msg === "day archived")).toHaveLength(3);
    expect(exit).toBe(0);
  });

  it("takes over a good configuration on SIGHUP, and logs its hash and the keys that changed (fault 86)", async () => {
    const rig = await daemonRig({ ...SHORT, tenants: [{ name: "contoso" }, { name: "fabrikam" }] });
    rig.configure((text) => text.replace(/ {2}fabrikam:[^]*?(?=collect)/, ""));

    const { exit, lines } = await rig.runUntil("2026-03-15T18:00:00Z", (daemon) =>
      rig.clock.at("2026-03-15T12:00:00Z", () => {
        const simulator = rig.simulator("fabrikam");
        rig.configure((text) =>
          text.replace('"7 * * * *"', '"30 17 * * *"').replace(
            "collect:",
            `  fabrikam:
    tenantId: ${simulator.scenario.tenantId}
    cloud: custom
    endpoints: { api: ${simulator.url}/ }
    auth: { method: token, token: { file: ./token } }
collect:`,
          ),
        );
        daemon.hangUp();
      }),
    );

    const [changed] = lines.filter(({ msg }) => msg === "configuration changed");
    expect(changed?.["keys"]).toContain("collect.schedule");
    expect(changed?.["keys"]).toContain("tenants.fabrikam.tenantId");
    expect(changed?.["config"]).toMatch(/^[0-9a-f]{64}$/);
    const passes = lines
      .filter(({ msg }) => msg === "pass ended")
      .map((line) => [line["tenant"], line.time.slice(11, 16)]);
    expect(passes).toEqual([
      ["contoso", "09:00"],
      ["contoso", "09:07"],
      ["contoso", "10:07"],
      ["contoso", "11:07"],
      ["contoso", "12:00"],
      ["fabrikam", "12:00"],
      ["contoso", "17:30"],
      ["fabrikam", "17:30"],
    ]);
    expect(exit).toBe(0);
  });
});
