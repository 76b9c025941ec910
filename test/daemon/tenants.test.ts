import { existsSync, readFileSync, readdirSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { describe, expect, it } from "vitest";
import { daemonRig } from "../support/daemon-rig.js";
import type { DaemonRig, LogLine } from "../support/daemon-rig.js";

const SHORT = { start: "2026-03-15T09:00:00Z", horizon: "4d" };

function archived(lines: readonly LogLine[]): readonly string[] {
  return lines
    .filter(({ msg }) => msg === "day archived")
    .map((line) => `${String(line["tenant"])} ${String(line["day"])}`);
}

/** Changes one byte of a sealed page in the state folder. */
function damage({ folder }: DaemonRig, tenant: string): void {
  const days = join(folder, "state", tenant, "days");
  const page = readdirSync(days, { recursive: true, encoding: "utf8" }).find((name) =>
    name.endsWith("h09-0001.json.zst"),
  );
  const path = join(days, page ?? "");
  const bytes = readFileSync(path);
  bytes[8] = (bytes[8] ?? 0) ^ 1;
  writeFileSync(path, bytes);
}

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
    expect(archived(lines)).toEqual(["fabrikam 2026-03-12", "fabrikam 2026-03-13"]);
    const alarms = lines.filter(({ msg }) => msg === "alarm began").map((line) => line["alarm"]);
    expect(alarms).toEqual(["sign-in-refused", "days-overdue"]);
    expect(exit).toBe(0);
  });

  it("stops a tenant whose archive is damaged, and no other", async () => {
    const rig = await daemonRig({ ...SHORT, tenants: [{ name: "contoso" }, { name: "fabrikam" }] });
    await rig.runUntil("2026-03-15T09:30:00Z");
    damage(rig, "contoso");

    const { exit, lines } = await rig.runUntil("2026-03-16T09:00:00Z");

    const failures = lines.filter(({ msg }) => msg === "pass failed");
    expect(failures.map((line) => [line["tenant"], line["code"]])).toEqual([["contoso", "ARCHIVE_DAMAGED"]]);
    expect(archived(lines)).toEqual(["fabrikam 2026-03-14"]);
    expect(exit).toBe(0);
  });

  it("outlives a defect in the watch of a tenant that has stopped", { timeout: 60_000 }, async () => {
    let faults = 0;
    const rig = await daemonRig({
      ...SHORT,
      tenants: [{ name: "contoso" }, { name: "fabrikam" }],
      logBreaksAt: (line) => line.includes('"days-overdue"') && faults++ === 0,
    });
    await rig.runUntil("2026-03-15T09:30:00Z");
    damage(rig, "contoso");

    const { exit, lines } = await rig.runUntil("2026-03-17T05:30:00Z");

    const watch = lines.filter(({ msg }) => msg === "stopped tenant not watched");
    const later = lines.filter(({ msg, alarm }) => msg === "alarm lasted" && alarm === "days-overdue");
    expect(watch).toMatchObject([{ tenant: "contoso", message: "TypeError: a defect" }]);
    expect(later).toMatchObject([{ tenant: "contoso" }]);
    expect(archived(lines)).toEqual(["fabrikam 2026-03-14", "fabrikam 2026-03-15"]);
    expect(exit).toBe(0);
  });

  it("ends with 65 when every archive is damaged", async () => {
    const rig = await daemonRig({ ...SHORT, tenants: [{ name: "contoso" }, { name: "fabrikam" }] });
    await rig.runUntil("2026-03-15T09:30:00Z");
    damage(rig, "contoso");
    damage(rig, "fabrikam");

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

    const days = archived(lines);
    const order = days.map((text) => text.split(" ")[0]);
    expect(days).toHaveLength(12);
    expect(order.lastIndexOf("fabrikam")).toBeLessThan(order.lastIndexOf("contoso"));
  });
});
