import { readFileSync } from "node:fs";
import { describe, expect, it } from "vitest";
import { nodeFiles } from "../../src/io/node-files.js";
import type { Files } from "../../src/io/files.js";
import type { EntryOf } from "../../src/model/ledger-entry.js";
import type { UtcDay } from "../../src/model/utc-day.js";
import { DAY_MS, HOUR_MS } from "../../src/model/utc-day.js";
import { CrashError } from "../support/failing-files.js";
import { ledgerOf, manifestOf } from "../support/e2e-archived.js";
import { e2eRig } from "../support/e2e-rig.js";
import type { E2eRig } from "../support/e2e-rig.js";

const WEDNESDAY = "2026-11-18" as UtcDay;
const FRIDAY = "2026-11-20" as UtcDay;

const NEW_ACTIVITY = { name: "ExportToTheMoon", share: 0.1, fields: { MoonPhase: "waxing" } };

function namesOf({ activities, fields }: EntryOf<"names-seen">): string {
  return JSON.stringify({ activities, fields });
}

/** The `incident` and `names-seen` entries and what the source no longer gives, as one line each, oldest first. */
function remarksIn(rig: E2eRig): readonly string[] {
  return ledgerOf(rig.vault).flatMap((entry) => {
    if (entry.type === "incident") return [`${entry.code} ${entry.day} ${entry.subject}`];
    if (entry.type === "names-seen") return [`NAMES ${entry.day} r${entry.revision}: ${namesOf(entry)}`];
    return entry.type === "source-shrank" ? [`SHRANK ${entry.day} r${entry.revision}`] : [];
  });
}

function codesIn(rig: E2eRig): readonly string[] {
  return remarksIn(rig).map((remark) => remark.split(": ")[0] ?? "");
}

/** Friday has an activity more from now on, and the source gives nothing of its hour 10 any more. */
async function changeFriday(rig: E2eRig): Promise<void> {
  await rig.restartSimulator({ newActivity: { from: FRIDAY, ...NEW_ACTIVITY } });
  emptyAnHour(rig);
}

function emptyAnHour(rig: E2eRig): void {
  rig.simulator.injectFault({
    when: ({ parameters }) => parameters?.get("startDateTime")?.startsWith(`'${FRIDAY}T10`) === true,
    respond: { body: `{"activityEventEntities":[],"continuationUri":null,"continuationToken":null}` },
  });
  rig.clock.advance(HOUR_MS);
}

/** A disk on which the process dies just before it writes an entry that says `text`. */
function dyingBefore(text: string): Files {
  let isDead = false;
  const die = (): never => {
    isDead = true;
    throw new CrashError(text);
  };
  return {
    ...nodeFiles,
    link: async (existing, path) =>
      isDead || (path.includes("/ledger/") && readFileSync(existing, "utf8").includes(text))
        ? die()
        : nodeFiles.link(existing, path),
    create: async (path, mode) => (isDead ? die() : nodeFiles.create(path, mode)),
    writeNew: async (path, bytes, mode) => (isDead ? die() : nodeFiles.writeNew(path, bytes, mode)),
    rename: async (from, to) => (isDead ? die() : nodeFiles.rename(from, to)),
  };
}

describe("activities and fields never seen before", { timeout: 60_000 }, () => {
  const scenario = { eventsPerDay: () => 100, newActivity: { from: FRIDAY, ...NEW_ACTIVITY } };

  it("are warned of once, with numbers, against a baseline that the first day lays", async () => {
    const rig = await e2eRig({ horizon: "6d", scenario });

    const first = await rig.run("archive");
    rig.clock.advance(DAY_MS);
    const second = await rig.run("archive");

    const incidents = remarksIn(rig);
    expect(incidents[0]).toMatch(/^NAMES 2026-11-17 r1: .*"ViewReport":\d+.*"fields":\{"Activity":100,/);
    const records = manifestOf(rig.vault, FRIDAY, 1).completeness.by_activity["ExportToTheMoon"];
    const found = incidents.filter((one) => /ExportToTheMoon|MoonPhase/.test(one));
    expect(found).toEqual([
      expect.stringMatching(
        `^NAMES 2026-11-20 r1: .*"ExportToTheMoon":${records}[,}].*"MoonPhase":${records}[,}]`,
      ),
    ]);
    expect(first.err).toContain(`"ExportToTheMoon":${records}`);
    expect(second.err).not.toContain("ExportToTheMoon");
    expect((await rig.run("verify", "--level", "deep")).exit).toBe(0);
  });

  it("are warned of when late events bring them with another reading", async () => {
    const rig = await e2eRig({ horizon: "4d", scenario: { eventsPerDay: () => 100 } });
    await rig.run("archive");
    await changeFriday(rig);

    const again = await rig.run("archive", "--reread", "--day", FRIDAY);

    expect(remarksIn(rig).slice(-2)).toEqual([
      `SHRANK ${FRIDAY} r2`,
      expect.stringMatching(
        /^NAMES 2026-11-20 r2: \{"activities":\{"ExportToTheMoon":\d+\},"fields":\{"MoonPhase":\d+\}\}$/,
      ),
    ]);
    const { missing } = manifestOf(rig.vault, FRIDAY, 2).diff;
    expect(again.out).toContain(`${FRIDAY}: the source no longer gives ${missing} records; all are kept`);
    expect((await rig.run("verify", "--level", "deep")).exit).toBe(0);
  });

  it("are in the ledger all the same when the process dies before the baseline (fault 59)", async () => {
    const rig = await e2eRig({ horizon: "3d", scenario });
    const { exit } = await rig.runWith({ files: dyingBefore("names-seen") }, "archive");
    expect(exit).not.toBe(0);

    expect((await rig.run("archive")).exit).toBe(0);

    expect(codesIn(rig)).toEqual([`NAMES ${FRIDAY} r1`]);
  });

  it.each(["source-shrank", "names-seen"])(
    "are in the ledger all the same when the process dies before %s (fault 59)",
    async (text) => {
      const rig = await e2eRig({ horizon: "3d", scenario: { eventsPerDay: () => 100 } });
      await rig.run("archive");
      await changeFriday(rig);
      const { exit } = await rig.runWith({ files: dyingBefore(text) }, "archive", "--reread");
      expect(exit).not.toBe(0);

      expect((await rig.run("archive")).exit).toBe(0);

      expect(codesIn(rig)).toEqual([`NAMES ${FRIDAY} r1`, `SHRANK ${FRIDAY} r2`, `NAMES ${FRIDAY} r2`]);
      expect((await rig.run("verify")).exit).toBe(0);
    },
  );
});

describe("a re-reading that finds fewer events and nothing new", { timeout: 60_000 }, () => {
  it("says how many are missing", async () => {
    const rig = await e2eRig({ horizon: "3d", scenario: { eventsPerDay: () => 100 } });
    await rig.run("archive");
    emptyAnHour(rig);

    const { out, err } = await rig.run("archive", "--reread", "--log-format", "json");

    const [shrank] = ledgerOf(rig.vault).filter((entry) => entry.type === "source-shrank");
    expect(shrank?.missing).toBeGreaterThan(0);
    expect(out).toBe(
      `contoso: 1 day unchanged\n  ${FRIDAY}: the source no longer gives ${shrank?.missing} records; all are kept\n`,
    );
    expect(err).toContain(`"code":"SOURCE_SHRANK"`);
  });

  it.each(["source-shrank", "day-rechecked"])(
    "is not taken for done without that when the process dies before %s (fault 59)",
    async (text) => {
      const rig = await e2eRig({ horizon: "3d", scenario: { eventsPerDay: () => 100 } });
      await rig.run("archive");
      emptyAnHour(rig);
      const { exit } = await rig.runWith({ files: dyingBefore(text) }, "archive", "--reread");
      expect(exit).not.toBe(0);
      const typesIn = (): readonly string[] => ledgerOf(rig.vault).map(({ type }) => type);

      await rig.run("archive");
      expect(typesIn()).not.toContain("day-rechecked");
      expect(typesIn().includes("source-shrank")).toBe(text === "day-rechecked");

      await rig.run("archive", "--reread");
      expect(typesIn()).toEqual(expect.arrayContaining(["source-shrank", "day-rechecked"]));
    },
  );
});

describe("fields that went empty", { timeout: 60_000 }, () => {
  it("are warned of with their shares, day after day, and shown with the day", async () => {
    const emptiedFields = { from: FRIDAY, names: ["UserAgent", "WorkSpaceName"] };
    const rig = await e2eRig({ horizon: "7d", scenario: { eventsPerDay: () => 120, emptiedFields } });

    const { err } = await rig.run("archive", "--log-format", "json");
    rig.clock.advance(DAY_MS);
    await rig.run("archive");

    const emptied = remarksIn(rig).filter((one) => one.startsWith("FIELDS_WENT_EMPTY"));
    expect(emptied).toHaveLength(2);
    expect(emptied[0]).toMatch(
      /^FIELDS_WENT_EMPTY 2026-11-20 r0001: UserAgent filled in 0 of \d+ records of ViewReport, usually in \d+ %; WorkSpaceName filled in 0 of \d+ records of ViewReport, usually in 100 %$/,
    );
    expect(emptied[1]).toContain("2026-11-21 r0001");
    expect(err).toContain('"msg":"fields found empty"');
    expect(manifestOf(rig.vault, FRIDAY, 1).completeness.by_field).toMatchObject({
      UserAgent: { filled: 0 },
      WorkSpaceName: { present: 120, filled: 0 },
    });
    expect((await rig.run("show", FRIDAY)).out).toContain("UserAgent filled in 0 of");
    expect((await rig.json("show", FRIDAY)).value).toMatchObject({
      tenants: [
        { oddities: expect.arrayContaining([expect.objectContaining({ code: "FIELDS_WENT_EMPTY" })]) },
      ],
    });
    expect((await rig.run("show", WEDNESDAY)).out).not.toContain("FIELDS_WENT_EMPTY");
  });
});
