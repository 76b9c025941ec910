import { existsSync } from "node:fs";
import { join } from "node:path";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { daemonProcess, until } from "../support/daemon-process.js";
import type { DaemonProcess } from "../support/daemon-process.js";
import { buildDaybook } from "../support/e2e-build.js";
import type { BuiltDaybook } from "../support/e2e-build.js";

const ALARMS = ["sign-in-refused of fabrikam", "sink-behind of contoso", "sink-behind of fabrikam"];

let built: BuiltDaybook;

beforeAll(async () => {
  built = await buildDaybook();
}, 120_000);

afterAll(() => built.remove());

/** Every pass of every tenant that is under way has ended. */
function passes(rig: DaemonProcess): number {
  return rig.lines("pass ended").length;
}

/** What a scrape says, by name and labels. */
async function metrics(rig: DaemonProcess): Promise<ReadonlyMap<string, number>> {
  const text = await (await fetch(`${rig.address()}/metrics`)).text();
  const samples = text.split("\n").filter((line) => line !== "" && !line.startsWith("#"));
  return new Map(
    samples.map((line) => {
      const at = line.lastIndexOf(" ");
      return [line.slice(0, at), Number(line.slice(at + 1))];
    }),
  );
}

interface Status {
  readonly tenants: readonly {
    readonly tenant: string;
    readonly newest_sealed: string | null;
    readonly gaps: readonly unknown[];
    readonly due: number;
    readonly requests: { readonly left: number; readonly per_hour: number };
    readonly sinks_behind: readonly { readonly sink: string; readonly revisions: number }[];
  }[];
}

describe("the daemon as a process", { timeout: 240_000 }, () => {
  it("keeps an archive and tells what needs a person, until that is mended", async () => {
    const rig = await daemonProcess(built.main);
    const daemon = rig.start();

    await until(() => passes(rig) === 2 && rig.received.length === 3);

    expect(rig.told()[0]).toMatch(/^READY=1 STATUS=2 tenants; /);
    await until(() => rig.told().some((text) => text.startsWith("WATCHDOG=1")));
    expect(await answer(rig, "/readyz")).toEqual([200, "ready\n"]);
    expect(await answer(rig, "/healthz")).toEqual([200, "ok\n"]);
    await compareWithStatus(rig);
    expect(alertsOf(rig)).toEqual(ALARMS.map((alarm) => `began ${alarm}`));
    await until(
      () => statusLines(rig).at(-1)?.includes("3 ALARMS: sink-behind in contoso and 2 more") === true,
    );

    rig.configure((text) => text.replace("horizon: 4d", "horizon: 400d"));
    daemon.process.kill("SIGHUP");
    await until(() => rig.lines("configuration refused").length === 1);
    expect(rig.lines("configuration refused")[0]?.["problems"]).toHaveLength(1);

    rig.mendSink();
    rig.write("secret", clientSecret(rig));
    rig.configure((text) => text.replace("horizon: 400d", "horizon: 4d").replace("24h", "25h"));
    daemon.process.kill("SIGHUP");
    await until(() => rig.received.length === 6);
    expect(rig.lines("configuration changed")[0]?.["keys"]).toEqual(["collect.readAfter.0"]);
    expect(alertsOf(rig).slice(3)).toEqual(ALARMS.map((alarm) => `over ${alarm}`));

    const askedToStopMs = performance.now();
    daemon.process.kill("SIGTERM");
    expect(await daemon.ended).toBe(0);
    expect(performance.now() - askedToStopMs).toBeLessThan(30_000);
    expect(rig.told()).toContain("STOPPING=1 STATUS=stopping ");
    expect(rig.received).toHaveLength(6);
    expect(rig.received.every(({ isSigned }) => isSigned)).toBe(true);
    expect(rig.strayLines()).toEqual([]);
    expect((await rig.run("verify", "--level", "deep")).exit).toBe(0);
  });

  it("goes on after a kill in the middle of a day (fault 59)", async () => {
    const rig = await daemonProcess(built.main);
    rig.mendSink();
    rig.simulator.injectFault({ when: ({ kind }) => kind === "activity-events", respond: { delayMs: 5 } });
    const killed = rig.start();
    await until(() => rig.simulator.requests.length >= 40);
    killed.process.kill("SIGKILL");
    expect(await killed.ended).toBe("SIGKILL");

    const daemon = rig.start();
    await until(() => passes(rig) === 2);
    daemon.process.kill("SIGTERM");

    expect(await daemon.ended).toBe(0);
    expect(rig.lines("interrupted reading continued").map((line) => line["tenant"])).toEqual(["contoso"]);
    expect((await rig.run("verify", "--level", "deep", "--tenant", "contoso")).exit).toBe(0);
  });

  it("says as one line of its log why it cannot start, and what to do", async () => {
    const rig = await daemonProcess(built.main);
    rig.configure((text) => text.replace("horizon: 4d", "horizon: 400d").replace("serve:", "sreve:"));
    const wrong = rig.start();
    expect(await wrong.ended).toBe(78);
    expect(rig.lines()).toMatchObject([
      {
        level: "error",
        code: "CONFIG_INVALID",
        problems: [expect.stringContaining("collect.horizon"), expect.stringContaining("sreve")],
        msg: "daemon not started",
      },
    ]);
    expect(rig.strayLines()).toEqual([]);

    const none = await rig.run("run", "--config", join(rig.folder, "none.yaml"));
    expect(none.exit).toBe(78);
    const line = JSON.parse(none.output) as { readonly hint: string };
    expect(line.hint).toContain(`daybook config init ${rig.folder}/none.yaml`);
    expect(existsSync(join(rig.folder, "state"))).toBe(false);
  });
});

function statusLines(rig: DaemonProcess): readonly string[] {
  return rig.told().filter((text) => text.includes("STATUS="));
}

async function answer(rig: DaemonProcess, path: string): Promise<readonly [number, string]> {
  const response = await fetch(`${rig.address()}${path}`);
  return [response.status, await response.text()];
}

/** Page and metrics say what `status` says, which has looked for itself while the daemon held the archives. */
async function compareWithStatus(rig: DaemonProcess): Promise<void> {
  const { exit, output } = await rig.run("status", "--json");
  const { tenants } = JSON.parse(output) as Status;
  const [, page] = await answer(rig, "/");
  const found = await metrics(rig);
  const [contoso] = tenants;

  expect(exit).not.toBe(0);
  expect(contoso?.newest_sealed).toMatch(/^20\d\d-/);
  expect(page).toContain(`<dd>${contoso?.newest_sealed}</dd>`);
  for (const { tenant, gaps, due, requests, sinks_behind: behind } of tenants) {
    const of = (name: string, more = ""): number | undefined =>
      found.get(`${name}{tenant="${tenant}"${more}}`);
    expect(of("daybook_day_states", ',state="gap"')).toBe(gaps.length);
    expect(of("daybook_day_states", ',state="due"')).toBe(due);
    expect(of("daybook_requests_left")).toBe(requests.left);
    expect(of("daybook_requests_per_hour")).toBe(requests.per_hour);
    for (const { sink, revisions } of behind)
      expect(of("daybook_sink_behind_revisions", `,sink="${sink}"`)).toBe(revisions);
  }
  expect(contoso?.sinks_behind.map(({ sink }) => sink)).toEqual(["cold"]);
  expect(found.get('daybook_alarms{tenant="fabrikam",kind="sign-in-refused"}')).toBe(1);
}

/** Sorted: which of two tenants comes first is chance. */
function alertsOf({ received }: DaemonProcess): readonly string[] {
  return received.map(({ event, alarm, tenant }) => `${event} ${alarm} of ${tenant}`).toSorted();
}

function clientSecret(rig: DaemonProcess): string {
  return rig.simulator.scenario.clientSecret;
}
