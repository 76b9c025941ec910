import { copyFileSync, mkdirSync, readFileSync, readdirSync, statSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { describe, expect, it } from "vitest";
import { DAY_MS, addDays, eachDay, parseUtcDay, utcDayOf } from "../../src/model/utc-day.js";
import type { UtcDay } from "../../src/model/utc-day.js";
import { sha256Hex } from "../../src/model/sha256.js";
import { archivedLines, mostInAnHour, trueLines } from "../support/archived-days.js";
import { daemonRig } from "../support/daemon-rig.js";
import type { DaemonRig } from "../support/daemon-rig.js";

/** Days of ordinary life at the end of the long run; 700 make two years, for whoever has some minutes. */
const QUIET_DAYS = Number(process.env["DAYBOOK_SIMULATED_DAYS"] ?? 3);

function day(text: string): UtcDay {
  const parsed = parseUtcDay(text);
  if (parsed === undefined) throw new TypeError(text);
  return parsed;
}

function at(start: string, days: number): string {
  return new Date(Date.parse(start) + days * DAY_MS).toISOString();
}

/** The days of the range whose archived events are not exactly those that the tenant had by then. */
function wrongDays(rig: DaemonRig, from: UtcDay, to: UtcDay): readonly UtcDay[] {
  const simulator = rig.simulator("contoso");
  const archive = join(rig.folder, "vault", "contoso");
  return eachDay(from, to).filter((one) => {
    const lines = archivedLines(archive, one);
    return JSON.stringify(lines) !== JSON.stringify(trueLines(simulator, one, rig.clock.now()));
  });
}

/** The source answers 503 between the two times. */
function breakSource(rig: DaemonRig, from: string, to: string): void {
  const [fromMs, toMs] = [Date.parse(from), Date.parse(to)];
  rig.simulator("contoso").injectFault({
    when: () => rig.clock.now() >= fromMs && rig.clock.now() < toMs,
    respond: { status: 503, body: "{}" },
  });
}

describe("the daemon over the years", () => {
  it("fills 28 days within 3.7 hours at 200 requests an hour", async () => {
    const rig = await daemonRig({ start: "2026-03-15T09:00:00Z", readAfter: "1m" });

    const { exit, lines } = await rig.runUntil("2026-03-15T12:42:00Z");

    const sealed = lines.filter(({ msg, kind }) => msg === "day archived" && kind === "sealed");
    expect(sealed.map((line) => line["day"])).toEqual(eachDay(day("2026-02-16"), day("2026-03-14")));
    expect(wrongDays(rig, day("2026-02-16"), day("2026-03-14"))).toEqual([]);
    expect(mostInAnHour(rig.simulator("contoso"))).toBeLessThanOrEqual(200);
    expect(exit).toBe(0);
  });

  it("warns of a day far below its weekday's usual count, and keeps that in the ledger", async () => {
    const quiet = day("2026-03-11");
    const rig = await daemonRig({
      start: "2026-03-15T09:00:00Z",
      tenants: [
        {
          name: "contoso",
          scenario: { eventsPerDay: (one) => (one === quiet ? 5 : 48) },
          requestsPerHour: 1_000,
        },
      ],
    });

    const { lines } = await rig.runUntil("2026-03-15T13:00:00Z");

    const warned = lines.filter(({ msg }) => msg === "day found quiet");
    expect(warned).toMatchObject([{ day: quiet, code: "DAY_QUIET", events: 5, usual: 48 }]);
    const ledger = treeTexts(join(rig.folder, "vault", "contoso", "ledger"));
    expect(ledger.filter((text) => text.includes("DAY_QUIET"))).toHaveLength(1);
  });

  it(
    "loses no day and no event over outages of 1 to 27 days of source and host (fault 40)",
    async () => {
      const start = "2026-03-15T09:00:00Z";
      const rig = await daemonRig({ start, readAfter: "2h", schedule: "7 */6 * * *" });
      const lost: unknown[] = [];
      let now = 0;
      for (const outage of [1, 4, 27]) {
        const goneFrom = now + 1.2;
        breakSource(rig, at(start, goneFrom), at(start, goneFrom + outage));
        now = goneFrom + outage + 0.5;
        const { exit, lines } = await rig.runUntil(at(start, now));
        lost.push(...lines.filter(({ msg }) => msg === "day lost"));
        expect(exit).toBe(0);
        rig.clock.set(at(start, (now += outage / 3)));
      }
      await rig.runUntil(at(start, (now += QUIET_DAYS)));

      // Yesterday may not be due yet.
      const newest = addDays(utcDayOf(rig.clock.now()), -2);
      expect(lost).toEqual([]);
      expect(wrongDays(rig, day("2026-02-16"), newest)).toEqual([]);
      expect(mostInAnHour(rig.simulator("contoso"))).toBeLessThanOrEqual(200);
      expect((await rig.run("verify")).exit).toBe(0);
    },
    240_000 + QUIET_DAYS * 1_000,
  );

  it("captures events that come up to 20 days late, over restarts and throttling (fault 39)", async () => {
    const start = "2026-03-15T09:00:00Z";
    const rig = await daemonRig({
      start,
      readAfter: "26h, 21d",
      schedule: "7 */6 * * *",
      tenants: [
        {
          name: "contoso",
          scenario: {
            lateShare: 0.2,
            throttleSpells: [150, 700, 1_100].map((fromRequest) => ({
              fromRequest,
              requests: 3,
              retryAfterSeconds: 900,
            })),
          },
        },
      ],
    });
    breakSource(rig, at(start, 9), at(start, 12));

    // Stopped in the middle of whatever it does, also of the first fill.
    for (const days of [0.02, 0.1, 3, 11.5, 30]) await rig.runUntil(at(start, days));

    const closed = utcDayOf(rig.clock.now() - 23 * DAY_MS);
    expect(wrongDays(rig, day("2026-02-16"), closed)).toEqual([]);
    expect(mostInAnHour(rig.simulator("contoso"))).toBeLessThanOrEqual(200);
    expect((await rig.run("verify", "--level", "deep")).exit).toBe(0);
  }, 60_000);

  it("writes the same archive for the same tenant, key and times", async () => {
    const options = { start: "2026-03-15T09:00:00Z", horizon: "4d", readAfter: "26h, 2d", concurrency: 1 };
    const first = await daemonRig(options);
    giveIdentity(first.folder);
    await first.runUntil("2026-03-16T13:00:00Z");

    const second = await daemonRig({ ...options, again: first });
    giveIdentity(second.folder);
    copyFileSync(
      join(second.folder, "before", "state", "signing-key.pem"),
      join(second.folder, "state", "signing-key.pem"),
    );
    await second.runUntil("2026-03-16T13:00:00Z");

    const written = treeOf(join(second.folder, "vault"));
    expect(written).toEqual(treeOf(join(second.folder, "before", "vault")));
    expect(Object.keys(written).filter((path) => path.endsWith("manifest.json"))).toHaveLength(3);
  });
});

/** An archive's id is random, and the only thing in it that is. */
function giveIdentity(folder: string): void {
  mkdirSync(join(folder, "state", "contoso"), { recursive: true });
  const identity = {
    archive_id: "00000000-0000-4000-8000-000000000001",
    tenant_id: "c3d76ad3-667a-48b3-bcdf-889469000000",
    created: "2026-03-15T09:00:00.000Z",
    format: "daybook/1",
  };
  writeFileSync(join(folder, "state", "contoso", "archive.json"), `${JSON.stringify(identity, null, 2)}\n`);
}

/** Every file below the folder, with its hash. */
function treeOf(folder: string): Readonly<Record<string, string>> {
  const names = readdirSync(folder, { recursive: true, encoding: "utf8" }).toSorted();
  const files = names.filter((name) => statSync(join(folder, name)).isFile());
  return Object.fromEntries(files.map((name) => [name, sha256Hex(readFileSync(join(folder, name)))]));
}

function treeTexts(folder: string): readonly string[] {
  return Object.keys(treeOf(folder)).map((name) => readFileSync(join(folder, name), "utf8"));
}
