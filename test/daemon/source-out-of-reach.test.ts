import { describe, expect, it } from "vitest";
import type { TenantStatus } from "../../src/cli/tenant-status.js";
import { daemonRig } from "../support/daemon-rig.js";
import type { DaemonRig } from "../support/daemon-rig.js";

const SHORT = { start: "2026-03-15T09:00:00Z", horizon: "4d" };

/** Everything is archived, and no day is due before 02:00 of the next day. */
async function archived(): Promise<DaemonRig> {
  const rig = await daemonRig(SHORT);
  await rig.runUntil("2026-03-15T09:30:00Z");
  return rig;
}

async function statusOf(rig: DaemonRig) {
  const goOn = rig.clock.hold();
  const json = await rig.run("status", "--json");
  const text = await rig.run("status");
  goOn();
  const { tenants } = JSON.parse(json.out) as { readonly tenants: readonly [TenantStatus] };
  return { exit: json.exit, text: text.out, status: tenants[0] };
}

function statusAt(rig: DaemonRig, time: string): Promise<Awaited<ReturnType<typeof statusOf>>> {
  const { promise, resolve } = Promise.withResolvers<Awaited<ReturnType<typeof statusOf>>>();
  rig.clock.at(time, () => resolve(statusOf(rig)));
  return promise;
}

describe("a source that is out of reach while no day is due", () => {
  it("is an alarm and an exit code of status from the daemon's start on, until it answers again", async () => {
    const rig = await archived();
    const before = await statusOf(rig);
    const isDown = (): boolean => rig.clock.now() < Date.parse("2026-03-15T10:40:00Z");
    rig.simulator("contoso").injectFault({ when: isDown, times: 1_000_000, respond: { status: 503 } });
    const down = statusAt(rig, "2026-03-15T10:30:00Z");
    const up = statusAt(rig, "2026-03-15T11:30:00Z");

    const { lines } = await rig.runUntil("2026-03-15T11:31:00Z");

    expect(before).toMatchObject({ exit: 0, status: { last_preflight: { ok: true }, alarms: [] } });
    expect(await down).toMatchObject({
      exit: 69,
      status: {
        gaps: [],
        due: 0,
        last_preflight: { ok: false, time: "2026-03-15T10:07:00.000Z" },
        alarms: [{ alarm: "tenant-failing" }],
      },
    });
    expect((await down).text).toMatch(/last sign-in 2026-03-15T10:07Z: accepted; last preflight .*: FAILED/);
    expect(await up).toMatchObject({ exit: 0, status: { last_preflight: { ok: true }, alarms: [] } });
    const alarms = lines.filter(({ msg }) => msg.startsWith("alarm "));
    expect(alarms.map(({ msg, time }) => [msg, time.slice(0, 16)])).toEqual([
      ["alarm began", "2026-03-15T09:30"],
      ["alarm ended", "2026-03-15T11:07"],
    ]);
  });

  it("ends status as a refused sign-in does where it refuses", async () => {
    const rig = await archived();
    rig.simulator("contoso").injectFault({ when: () => true, times: 1_000_000, respond: { status: 401 } });
    const refused = statusAt(rig, "2026-03-15T10:30:00Z");

    await rig.runUntil("2026-03-15T10:31:00Z");

    expect(await refused).toMatchObject({
      exit: 77,
      status: { last_preflight: { ok: false }, alarms: [{ alarm: "sign-in-refused" }] },
    });
  });
});
