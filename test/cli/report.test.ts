import { existsSync, readFileSync, readdirSync } from "node:fs";
import { join } from "node:path";
import { expect, it, onTestFinished } from "vitest";
import { REPORT_NAMES } from "../../src/query/report-names.js";
import { e2eRig, runIn } from "../support/e2e-rig.js";
import { makeSampleArchive } from "../support/sample-archive.js";

it("lists the reports, and refuses what is none", async () => {
  const rig = await e2eRig();

  expect((await rig.run("report")).out.split("\n").filter((line) => line !== "")).toHaveLength(
    REPORT_NAMES.length,
  );
  expect((await rig.run("report", "nosuch")).exit).toBe(64);
  expect((await rig.run("report", "views", "--idle", "26h")).exit).toBe(64);
  expect((await rig.run("report", "all", "--format", "html")).exit).toBe(64);
  expect(existsSync(join(rig.folder, "reports"))).toBe(false);
});

it("counts an id that stands on two records once, and says which days the numbers are made of", async () => {
  const { work, remove } = await makeSampleArchive("zstd");
  onTestFinished(remove);
  const report = (...argv: string[]) => runIn(work, {}, ["report", ...argv, "--path", "archive"]);

  const { out } = await report("active-people", "--json");
  const all = await report("all", "--format", "html", "--out", "reports");

  // 15 records on 2026-11-18, of which two have one id, and 3 on the next day.
  expect((JSON.parse(out) as { reports: { rows: object[] }[] }).reports[0]?.rows).toEqual([
    {
      week: "2026-11-16",
      days_held: 3,
      days_lost: 1,
      people: 0,
      external: 0,
      service_principals: 0,
      views: 15,
      events: 17,
    },
  ]);
  expect(all).toMatchObject({
    exit: 0,
    out: "written: reports\ndays 2026-11-17 to 2026-11-20: 3 held, 1 of them empty, 1 lost (2026-11-17)\n",
  });
  expect(readdirSync(join(work, "reports"))).toHaveLength(REPORT_NAMES.length + 1);
  const page = readFileSync(join(work, "reports", "views.html"), "utf8");
  expect(page).toContain("<svg");
  expect(page).toContain("3 held, 1 of them empty, 1 lost (2026-11-17)");
  expect(page).not.toMatch(/<script|https?:|src=/);
});
