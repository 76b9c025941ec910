import { readFileSync, readdirSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { describe, expect, it } from "vitest";
import type { TenantStatus } from "../../src/cli/tenant-status.js";
import { daemonRig } from "../support/daemon-rig.js";
import type { DaemonRig, LogLine } from "../support/daemon-rig.js";

const SHORT = { start: "2026-03-15T09:00:00Z", horizon: "4d" };
const TWO = { ...SHORT, tenants: [{ name: "contoso" }, { name: "fabrikam" }] };

interface StatusAsOf {
  readonly exit: number;
  readonly tenants: readonly TenantStatus[];
}

/** `status --json` as of that moment, while the daemon holds the archives. */
function statusAt(rig: DaemonRig, time: string): Promise<StatusAsOf> {
  const { promise, resolve } = Promise.withResolvers<StatusAsOf>();
  rig.clock.at(time, () => resolve(statusNow(rig)));
  return promise;
}

async function statusNow(rig: DaemonRig): Promise<StatusAsOf> {
  const goOn = rig.clock.hold();
  const { exit, out } = await rig.run("status", "--json");
  goOn();
  return { exit, ...(JSON.parse(out) as Pick<StatusAsOf, "tenants">) };
}

/** Alarms that stood at the end of the log: `contoso sign-in-refused`. */
function standing(lines: readonly LogLine[]): readonly string[] {
  const alarms = new Set<string>();
  for (const line of lines) {
    const name = `${String(line["tenant"])} ${String(line["alarm"])}`;
    if (line.msg === "alarm began") alarms.add(name);
    if (line.msg === "alarm ended") alarms.delete(name);
  }
  return [...alarms].toSorted();
}

function alarmsIn(tenants: readonly TenantStatus[]): readonly string[] {
  return tenants.flatMap(({ tenant, alarms }) => alarms.map(({ alarm }) => `${tenant} ${alarm}`)).toSorted();
}

function flipOneByte(path: string): void {
  const bytes = readFileSync(path);
  bytes[8] = (bytes[8] ?? 0) ^ 1;
  writeFileSync(path, bytes);
}

describe("status while the daemon runs", () => {
  it("has nothing to tell where all is well", async () => {
    const rig = await daemonRig(TWO);
    const status = statusAt(rig, "2026-03-16T08:30:00Z");

    const { lines } = await rig.runUntil("2026-03-16T08:31:00Z");

    expect(standing(lines)).toEqual([]);
    expect(await status).toMatchObject({ exit: 0, tenants: [{ alarms: [] }, { alarms: [] }] });
  });

  it("tells the same alarms: days due for an hour, a refused sign-in", async () => {
    const rig = await daemonRig({
      ...SHORT,
      tenants: [{ name: "contoso", scenario: { access: "not-authorized" } }, { name: "fabrikam" }],
    });
    const status = statusAt(rig, "2026-03-15T11:30:00Z");

    const { lines } = await rig.runUntil("2026-03-15T11:31:00Z");
    const { exit, tenants } = await status;

    expect(standing(lines)).toEqual(["contoso days-overdue", "contoso sign-in-refused"]);
    expect(alarmsIn(tenants)).toEqual(standing(lines));
    expect(exit).toBe(77);
  });

  it("tells a day that is overdue by its exit code one hour after it was due, not before", async () => {
    const rig = await daemonRig(SHORT);
    rig.clock.at("2026-03-16T01:00:00Z", () =>
      rig.simulator("contoso").injectFault({ when: () => true, times: 1_000_000, respond: { status: 500 } }),
    );
    const before = statusAt(rig, "2026-03-16T02:58:00Z");
    const after = statusAt(rig, "2026-03-16T03:01:00Z");

    await rig.runUntil("2026-03-16T03:05:00Z");

    const [first, second] = [await before, await after];
    expect(first.tenants[0]).toMatchObject({ due: 1, overdue: [] });
    expect(second.tenants[0]).toMatchObject({ due: 1, overdue: ["2026-03-14"] });
    expect(second.tenants[0]?.alarms.map(({ alarm }) => alarm)).toContain("days-overdue");
    expect(second.exit).not.toBe(0);
  });

  it.each([
    ["a sealed page", (name: string) => name.startsWith("days/") && name.endsWith("h09-0001.json.zst")],
    ["the archive's identity", (name: string) => name === "archive.json"],
  ])("tells a tenant that damage of %s has stopped, and the others beside it", async (_what, isIt) => {
    const rig = await daemonRig(TWO);
    await rig.runUntil("2026-03-15T09:30:00Z");
    const root = join(rig.folder, "state", "contoso");
    const name = readdirSync(root, { recursive: true, encoding: "utf8" }).find(isIt);
    flipOneByte(join(root, name ?? ""));
    const status = statusAt(rig, "2026-03-15T12:30:00Z");

    const { lines, exit } = await rig.runUntil("2026-03-15T12:31:00Z");
    const { tenants, exit: told } = await status;

    expect(standing(lines)).toEqual(["contoso integrity-failure"]);
    expect(alarmsIn(tenants)).toEqual(["contoso integrity-failure"]);
    expect(tenants[1]).toMatchObject({ tenant: "fabrikam", readable: true, newest_sealed: "2026-03-13" });
    expect([told, exit]).toEqual([65, 0]);
    expect(lines.filter(({ msg }) => msg === "tenant stopped")).toMatchObject([{ tenant: "contoso" }]);
  });

  it("tells the days that a stopped tenant misses", async () => {
    const rig = await daemonRig(TWO);
    await rig.runUntil("2026-03-15T09:30:00Z");
    const root = join(rig.folder, "state", "contoso");
    const name = readdirSync(root, { recursive: true, encoding: "utf8" }).find((one) =>
      one.endsWith("h09-0001.json.zst"),
    );
    flipOneByte(join(root, name ?? ""));
    const status = statusAt(rig, "2026-03-17T05:30:00Z");

    const { lines } = await rig.runUntil("2026-03-17T05:31:00Z");

    expect(standing(lines)).toEqual(["contoso days-overdue", "contoso integrity-failure"]);
    expect(alarmsIn((await status).tenants)).toEqual(standing(lines));
    expect(lines.filter(({ msg }) => msg === "alarm lasted").length).toBeGreaterThan(0);
  });
});
