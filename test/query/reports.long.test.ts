import { readFileSync, readdirSync } from "node:fs";
import { join } from "node:path";
import { expect, it } from "vitest";
import { RESTLESS_SCENARIO } from "../../packages/simulator/index.js";
import { nodeFiles } from "../../src/io/node-files.js";
import { readOperationList } from "../../src/io/operation-file.js";
import { DAY_MS } from "../../src/model/utc-day.js";
import type { UtcDay } from "../../src/model/utc-day.js";
import { REPORT_NAMES } from "../../src/query/report-names.js";
import type { ReportName } from "../../src/query/report-names.js";
import { ledgerOf, servedLines } from "../support/e2e-archived.js";
import { e2eRig } from "../support/e2e-rig.js";
import type { E2eRig } from "../support/e2e-rig.js";
import { EXPECTED_ROWS } from "../support/usage-reports.js";
import type { UsageFacts } from "../support/usage-reports.js";
import { actsOf } from "../support/usage-truth.js";

const EMPTY = "2026-11-18" as UtcDay;
const IDLE = 4;
/** The field stands twice, and the last counts; the recipient is a guest of the own domain. */
const FAILED_EXPORT = {
  IsSuccess: false,
  SharingInformation: [{ RecipientEmail: "Guest_partner.example#EXT#@northwind.example" }],
};

interface JsonReports {
  readonly reports: readonly {
    readonly name: ReportName;
    readonly rows: readonly Record<string, unknown>[];
  }[];
  readonly range: { readonly from: string; readonly to: string };
  readonly days: { readonly held: number; readonly empty: number; readonly lost: readonly string[] };
}

/** A tenant with guests, null users, ids on two records, one report id in many workspaces, an empty day and lost days. */
async function archivedTwice(): Promise<{
  readonly rig: E2eRig;
  readonly lines: ReadonlyMap<string, readonly string[]>;
}> {
  const rig = await e2eRig({
    horizon: "7d",
    scenario: {
      ...RESTLESS_SCENARIO,
      eventsPerDay: 400,
      seed: 7,
      conflictShare: 0.03,
      emptyDays: [EMPTY],
      emptyPageShare: 0,
      newActivity: { from: "2026-11-19" as UtcDay, name: "ExportTile", share: 0.1, fields: FAILED_EXPORT },
    },
  });
  const lines = new Map<string, readonly string[]>();
  for (const days of [0, 9]) {
    rig.clock.advance(days * DAY_MS);
    await rig.run("archive");
    for (const { type, ...entry } of ledgerOf(rig.vault)) {
      if (type !== "day-sealed" || !("day" in entry) || entry.day === null || lines.has(entry.day)) continue;
      const served = servedLines(rig.simulator, entry.day, rig.clock.now());
      lines.set(
        entry.day,
        served.map((line) => Buffer.from(line, "latin1").toString()),
      );
    }
  }
  return { rig, lines };
}

it("has in every report the numbers that plain code counts from the tenant's own events", async () => {
  const { rig, lines } = await archivedTwice();
  const list = await readOperationList(nodeFiles);

  const { exit, value } = await rig.json("report", "all", "--idle", `${IDLE}d`);

  const { reports, range, days } = value as JsonReports;
  const dates = Array.from(
    { length: (Date.parse(range.to) - Date.parse(range.from)) / DAY_MS + 1 },
    (_, index) => new Date(Date.parse(range.from) + index * DAY_MS).toISOString().slice(0, 10),
  );
  const facts: UsageFacts = {
    acts: actsOf(new Map([...lines].toSorted(([a], [b]) => (a < b ? -1 : 1))), list),
    days: dates.map((date) => ({
      date,
      state: lines.has(date) ? "held" : days.lost.includes(date) ? "lost" : "other",
    })),
    to: range.to,
    idle: IDLE,
  };
  expect(exit).toBe(0);
  expect(days).toMatchObject({ held: lines.size, empty: 1 });
  expect(days.lost.length).toBeGreaterThan(0);
  expect(reports.map(({ name }) => name)).toEqual(REPORT_NAMES);
  for (const { name, rows } of reports) {
    const expected = EXPECTED_ROWS[name](facts);
    expect.soft(rows.length, name).toBeGreaterThan(0);
    expect.soft(asText(rows.map((row) => Object.values(row))), name).toEqual(asText(expected));
  }

  const unusual = reports.find(({ name }) => name === "unusual")?.rows ?? [];
  const kinds = ["activity seen first", "many exports", "new address", "off hours"];
  expect(new Set(unusual.map(({ what }) => what))).toEqual(new Set(kinds));

  await rig.run("report", "all", "--format", "html", "--out", "pages");
  expect(readdirSync(join(rig.folder, "pages")).toSorted()).toEqual(
    ["index", ...REPORT_NAMES].map((name) => `${name}.html`).toSorted(),
  );
  for (const name of readdirSync(join(rig.folder, "pages"))) {
    const page = readFileSync(join(rig.folder, "pages", name), "utf8");
    expect(page).not.toMatch(/<script|https?:\/\/|src=|<beta>/);
    expect(page).toContain(`${days.held} held, 1 of them empty, ${days.lost.length} lost (`);
  }
  expect((await rig.run("report", "views", "--format", "csv", "--out", "views.csv")).out).toContain("lost (");
  expect(readFileSync(join(rig.folder, "views.csv"), "utf8").split("\r\n")[0]).toBe(
    '"report","workspace","views","people","first_view","last_view","last_7_days","last_30_days","report_id","workspace_id"',
  );
  expect((await rig.run("report", "views", "--format", "csv", "--out", "views.csv")).exit).toBe(73);
  expect((await rig.run("report", "views", "--to", range.from)).out).toMatch(
    /\n\(\d+ rows?\)\n\ndays .* 1 held, 0 of them empty, 0 lost\n$/,
  );
}, 240_000);

function asText(rows: readonly (readonly unknown[])[]): readonly string[] {
  return rows.map((row) => JSON.stringify(row)).toSorted();
}
