import { existsSync, readFileSync, readdirSync, statSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { describe, expect, it } from "vitest";
import { DaybookError } from "../../src/model/errors.js";
import { sha256Hex } from "../../src/model/sha256.js";
import type { UtcDay } from "../../src/model/utc-day.js";
import { e2eRig, preparedRig } from "../support/e2e-rig.js";
import type { E2eRig } from "../support/e2e-rig.js";
import { succeed } from "../support/retention-rig.js";

const DAYS = ["2026-11-18", "2026-11-19", "2026-11-20"] as unknown as readonly UtcDay[];

interface Event {
  readonly Id: string;
  readonly CreationTime: string;
  readonly Activity: string;
  readonly UserId: string;
}

const archived = preparedRig(async () => {
  const rig = await e2eRig({ horizon: "5d", scenario: { eventsPerDay: 60 } });
  await succeed(rig, "archive");
  return rig;
});

/** The lines that the simulated tenant serves of these days. */
function truth({ simulator, clock }: E2eRig, ...days: readonly UtcDay[]): readonly string[] {
  return days.flatMap((day) =>
    [...simulator.truth.distinctEventsOf(day, clock.now())].map((text) => Buffer.from(text).toString()),
  );
}

/** The newest entry of the ledger. */
function lastEntry({ state }: E2eRig): Readonly<Record<string, unknown>> {
  const name = readdirSync(join(state, "ledger/000")).toSorted().at(-1) ?? "";
  return JSON.parse(readFileSync(join(state, "ledger/000", name), "utf8")) as Record<string, unknown>;
}

describe("an export", () => {
  it("is every event of the range as the source sent it, in any form, and an act of the ledger", async () => {
    const rig = await archived();
    const lines = truth(rig, ...DAYS);

    const range = ["--from", "2026-11-18", "--to", "2026-11-20"];
    const ndjson = await rig.run("export", ...range);
    const json = await rig.run("export", ...range, "--format", "json");
    const csv = await rig.run("export", ...range, "--format", "csv");

    expect(ndjson).toMatchObject({ exit: 0, out: lines.map((line) => `${line}\n`).join("") });
    expect(json.out).toBe(`[${lines.join(",\n")}]\n`);
    expect(csv.out.split("\r\n")).toHaveLength(lines.length + 2);
    expect(lastEntry(rig)).toMatchObject({
      type: "export-produced",
      export: "E0003",
      from: "2026-11-18",
      to: "2026-11-20",
      records: lines.length,
      bytes: Buffer.byteLength(csv.out),
      sha256: sha256Hex(csv.out),
      form: "csv",
    });
    expect((await rig.run("verify")).exit).toBe(0);
  }, 60_000);

  it("finds what one person did between two times, over days, as a plain loop finds it", async () => {
    const rig = await archived();
    const events = truth(rig, ...DAYS).map((line) => JSON.parse(line) as Event);
    const user = events[0]?.UserId ?? "";
    const expected = events.filter(
      ({ UserId, Activity, CreationTime: time }) =>
        UserId === user &&
        Activity === "ViewReport" &&
        time.slice(0, 16) >= "2026-11-18T06:30" &&
        time.slice(0, 16) <= "2026-11-20T14:00",
    );
    expect(expected.length).toBeGreaterThan(1);

    const times = ["--from", "2026-11-18T06:30", "--to", "2026-11-20T14:00Z"];
    const { out } = await rig.run(
      "export",
      ...times,
      "--user",
      user.toUpperCase(),
      "--activity",
      "viewreport",
    );

    const found = out.split("\n").filter(Boolean);
    expect(found.map((line) => (JSON.parse(line) as Event).Id)).toEqual(expected.map(({ Id }) => Id));
  }, 60_000);

  it("takes the parameters of the cmdlet", async () => {
    const rig = await archived();
    const cmdlet = ["--StartDateTime", "2026-11-20T00:00:00", "--EndDateTime", "2026-11-20T23:59:59"];

    const { out } = await rig.run(
      "export",
      ...cmdlet,
      "--ResultType",
      "JsonString",
      "--ActivityType",
      "viewreport",
    );

    const own = ["--day", "2026-11-20", "--format", "json", "--activity", "ViewReport"];
    expect(out).toBe((await rig.run("export", ...own)).out);
    expect(JSON.parse(out)).not.toEqual([]);
  }, 60_000);

  it("keeps the names of its filters out of the ledger", async () => {
    const rig = await archived();

    await rig.run("export", "--day", "2026-11-20", "--user", "somebody@contoso.com", "--recipient", "AUD-7");

    const entry = lastEntry(rig);
    expect(entry).toMatchObject({ records: 0, recipient_ref: "AUD-7" });
    expect(JSON.stringify(entry)).not.toContain("somebody");
    expect(readFileSync(join(rig.state, "register.jsonl"), "utf8")).toContain("somebody@contoso.com");
  }, 60_000);

  it("writes a new file for its owner alone, with the notes of the cells, and never over one", async () => {
    const rig = await archived();
    const out = join(rig.folder, "march.csv");
    const argv = ["export", "--day", "2026-11-20", "--format", "csv", "--out", out, "--summary", "s.json"];

    expect(await rig.run(...argv)).toMatchObject({ exit: 0, err: "" });

    expect(statSync(out).mode & 0o777).toBe(0o600);
    expect(readFileSync(`${out}.columns.json`, "utf8")).toContain('"column": "Activity"');
    const summary = JSON.parse(readFileSync(join(rig.folder, "s.json"), "utf8")) as {
      readonly sha256: string;
    };
    expect(summary).toMatchObject({ format: "daybook.export/1", export: "E0001" });
    expect(summary.sha256).toBe(sha256Hex(readFileSync(out)));
    const again = await rig.run(...argv);
    expect(again).toMatchObject({ exit: 64 });
    expect(again.err).toContain("is there already");
  }, 60_000);

  it("reads a sink and a folder, and writes nothing there", async () => {
    const rig = await archived();
    const own = await rig.run("export", "--day", "2026-11-20");
    const before = readdirSync(rig.vault, { recursive: true }).length;

    const folder = await rig.run("export", "--day", "2026-11-20", "--path", rig.vault);
    const sink = await rig.run("export", "--day", "2026-11-20", "--sink", "vault", "--no-act");

    expect(folder).toMatchObject({ exit: 0, out: own.out });
    expect(folder.err).toContain("not recorded in the ledger");
    expect(sink.out).toBe(own.out);
    expect(readdirSync(rig.vault, { recursive: true })).toHaveLength(before);
  }, 60_000);

  it("ends with 67 where days of the range are missing, with 66 where none is there", async () => {
    const rig = await archived();
    rig.clock.advance(6 * 86_400_000);
    await rig.run("archive");

    const gaps = await rig.run("export", "--from", "2026-11-20", "--to", "2026-11-27");
    const early = await rig.run("export", "--day", "2020-01-01", "--format", "json");

    expect(gaps).toMatchObject({ exit: 67 });
    expect(gaps.err).toMatch(/3 days of the range LOST: 2026-11-21, 2026-11-22, 2026-11-23/);
    expect(early).toMatchObject({ exit: 66, out: "[]\n" });
  }, 60_000);

  it("gives nothing of a day that is not as it was sealed", async () => {
    const rig = await archived();
    const path = join(rig.vault, "days/2026/11/19/r0001/events.ndjson.zst");
    const bytes = readFileSync(path);
    writeFileSync(path, Buffer.concat([bytes, Buffer.from([0])]));

    const { exit, out, err } = await rig.run(
      "export",
      "--from",
      "2026-11-18",
      "--to",
      "2026-11-20",
      "--path",
      rig.vault,
    );

    expect(exit).toBe(65);
    expect(err).toContain("days/2026/11/19/r0001: ");
    expect(out).toBe(
      truth(rig, DAYS[0] as UtcDay)
        .map((line) => `${line}\n`)
        .join(""),
    );
    expect((await rig.run("export", "--day", "2026-11-19", "--path", rig.vault, "--out", "x")).exit).toBe(65);
    expect(existsSync(join(rig.folder, "x"))).toBe(false);
    expect(readdirSync(rig.folder).filter((name) => name.includes(".x."))).toEqual([]);
  }, 60_000);

  it("is recorded also when its reader went away, with what it got", async () => {
    const rig = await archived();
    let calls = 0;
    const output = {
      write: async () => {
        calls += 1;
        if (calls > 1) throw new DaybookError("INTERRUPTED", { message: "gone" });
      },
    };

    const { exit } = await rig.runWith({ output }, "export", "--from", "2026-11-18", "--to", "2026-11-20");

    expect(exit).toBe(130);
    expect(lastEntry(rig)).toMatchObject({ type: "export-produced", form: "ndjson, interrupted" });
  }, 60_000);

  it("says that a misspelt activity is in no day", async () => {
    const rig = await archived();

    const { err } = await rig.run("export", "--day", "2026-11-20", "--activity", "ViewRaport");

    expect(err).toContain(
      "--activity ViewRaport: no day of the range has an event of this name; did you mean ViewReport?",
    );
  }, 60_000);
});
