import { existsSync, readFileSync, readdirSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { describe, expect, it, onTestFinished } from "vitest";
import type { UtcDay } from "../../src/model/utc-day.js";
import { recordLinesOf, revisionsIn } from "../support/e2e-archived.js";
import { e2eRig, runIn } from "../support/e2e-rig.js";
import type { Ran } from "../support/e2e-rig.js";
import { parquetRows } from "../support/parquet-rows.js";
import { makeSampleArchive } from "../support/sample-archive.js";
import type { SampleArchive } from "../support/sample-archive.js";

async function sample(compression: "zstd" | "gzip" = "zstd"): Promise<SampleArchive> {
  const archive = await makeSampleArchive(compression);
  onTestFinished(archive.remove);
  return archive;
}

function queryOf({ work }: SampleArchive, ...argv: readonly string[]): Promise<Ran> {
  return runIn(work, {}, ["query", "--path", "archive", ...argv]);
}

async function rowsOf(archive: SampleArchive, ...argv: readonly string[]): Promise<unknown> {
  const { exit, out } = await queryOf(archive, "--json", ...argv);
  expect(exit).toBe(0);
  return (JSON.parse(out) as { readonly rows: unknown }).rows;
}

/** Counted from the packages themselves. */
function countsByActivity(root: string): Readonly<Record<string, number>> {
  const counts: Record<string, number> = {};
  for (const [day, revision] of revisionsIn(root)) {
    for (const line of recordLinesOf(root, day, revision)) {
      const { Activity: name } = JSON.parse(line) as { readonly Activity?: string };
      counts[String(name)] = (counts[String(name)] ?? 0) + 1;
    }
  }
  return counts;
}

const COUNTS = "SELECT coalesce(Activity, 'undefined') AS name, count(*) AS n FROM events GROUP BY ALL";

function asCounts(rows: unknown): unknown {
  return Object.fromEntries((rows as { name: string; n: number }[]).map(({ name, n }) => [name, n]));
}

describe("daybook query", () => {
  it.each(["zstd", "gzip"] as const)(
    "answers from a copy in %s what its packages hold",
    async (compression) => {
      const archive = await sample(compression);

      expect(asCounts(await rowsOf(archive, COUNTS))).toEqual(countsByActivity(archive.root));
      expect(
        await rowsOf(
          archive,
          "SELECT max(revision) AS newest, count(*) AS n FROM events WHERE date = '2026-11-19'",
        ),
      ).toEqual([{ newest: 2, n: 3 }]);
    },
  );

  it("has a row for each day, also for one that is lost or empty", async () => {
    const archive = await sample();

    const sql =
      "SELECT CAST(date AS VARCHAR) AS date, state, held, records, conflicting_ids AS conflicts, explanation FROM days ORDER BY date";

    expect(await rowsOf(archive, sql)).toEqual([
      {
        date: "2026-11-17",
        state: "lost",
        held: false,
        records: null,
        conflicts: null,
        explanation: "no connection for four weeks",
      },
      { date: "2026-11-18", state: "sealed", held: true, records: 15, conflicts: 1, explanation: null },
      { date: "2026-11-19", state: "sealed", held: true, records: 3, conflicts: 0, explanation: null },
      { date: "2026-11-20", state: "sealed", held: true, records: 0, conflicts: 0, explanation: null },
    ]);
  });

  it("reads the days asked for alone, says what is held of them, and leaves nothing behind", async () => {
    const archive = await sample();
    const before = readdirSync(archive.work);

    const { out, err } = await queryOf(archive, "--from", "2026-11-19", "SELECT count(*) AS n FROM events");
    const whole = await queryOf(archive, "SELECT count(*) AS n FROM events");

    expect(out).toBe("n\n-\n3\n(1 row)\n");
    expect(err).toBe("days 2026-11-19 to 2026-11-20: 2 held, 1 of them empty, 0 lost\n");
    expect(whole.err).toBe("days 2026-11-17 to 2026-11-20: 3 held, 1 of them empty, 1 lost (2026-11-17)\n");
    expect(readdirSync(archive.work)).toEqual(before);
  });

  it("makes no answer of lines that are not those sealed: 65", async () => {
    const archive = await sample();
    const path = join(archive.root, "days/2026/11/19/r0002/carried.ndjson.zst");
    const bytes = readFileSync(path);
    bytes[bytes.length - 1] = (bytes.at(-1) ?? 0) ^ 1;
    writeFileSync(path, bytes);

    const { exit, out, err } = await queryOf(archive, "--out", "x.csv", "--format", "csv", COUNTS);

    expect({ exit, out }).toEqual({ exit: 65, out: "" });
    expect(err).toContain("2026-11-19: ");
    expect(existsSync(join(archive.work, "x.csv"))).toBe(false);
  });

  it("writes CSV without a formula, Parquet into a new file alone, and names activities by the list", async () => {
    const archive = await sample();
    const parquet = ["--format", "parquet", "--out", "x.parquet"];
    const formula = `SELECT '=1+1' AS a, 'x "y"' AS "-b", -5 AS c, NULL AS d, [1] AS e`;
    const named =
      "SELECT DISTINCT o.name, o.kind FROM events JOIN operations o ON o.operation = Activity ORDER BY 1";

    expect((await queryOf(archive, "--format", "csv", formula)).out).toBe(
      `"a","'-b","c","d","e"\r\n"'=1+1","x ""y""","-5","","[1]"\r\n`,
    );
    expect(await rowsOf(archive, named)).toContainEqual({ name: "Viewed Power BI report", kind: "read" });
    expect((await queryOf(archive, ...parquet, 'SELECT "Id" FROM events LIMIT 3;')).exit).toBe(0);
    expect(await parquetRows(join(archive.work, "x.parquet"))).toHaveLength(3);
    expect((await queryOf(archive, ...parquet, "SELECT 1")).exit).toBe(73);
  });

  it("writes the answer as one page that needs nothing else and says which days it is made of", async () => {
    const archive = await sample();
    const html = ["--format", "html", "--out", "x.html"];

    const { exit } = await queryOf(archive, ...html, "SELECT '<script>alert(1)</script>' AS a, 1234 AS n");
    const page = readFileSync(join(archive.work, "x.html"), "utf8");

    expect(exit).toBe(0);
    expect(page).toContain("1,234");
    expect(page).toContain("3 held, 1 of them empty, 1 lost (2026-11-17)");
    expect(page).not.toContain("<script");
    expect((await queryOf(archive, ...html, "SELECT 1")).exit).toBe(73);
  });

  it("answers from the state folder and from a record sink alike", async () => {
    const rig = await e2eRig({ horizon: "3d", scenario: { eventsPerDay: 30 } });
    expect((await rig.run("archive")).exit).toBe(0);

    for (const where of [[], ["--sink", "vault"]]) {
      const { value } = await rig.json("query", ...where, COUNTS);
      expect(asCounts((value as { readonly rows: unknown }).rows)).toEqual(countsByActivity(rig.vault));
    }
  }, 60_000);

  it.each([
    ["--format", "parquet", "SELECT 1"],
    ["--format", "html", "SELECT 1"],
    ["--sink", "nosuch", "SELECT 1"],
    ["--sink", "vault", "--path", "vault/contoso", "SELECT 1"],
    ["--memory", "lots", "SELECT 1"],
    ["--time-limit", "7y", "SELECT 1"],
  ])("is wrong usage with %s %s: 64", async (...argv) => {
    const rig = await e2eRig();

    expect(await rig.run("query", ...argv)).toMatchObject({ exit: 64, out: "" });
  });
});

describe("daybook operations", () => {
  it("lists a kind, and shows one in any case", async () => {
    const rig = await e2eRig();

    expect((await rig.run("operations", "list", "--kind", "export")).out).toContain("ExportReport");
    expect((await rig.run("operations", "show", "viewreport")).out).toContain(
      "read      ViewReport  Viewed Power BI report",
    );
    expect((await rig.run("operations", "show", "NoSuchThing")).exit).toBe(66);
  });

  it("names the activities of the archive that the list lacks", async () => {
    const newActivity = { from: "2026-11-19" as UtcDay, name: "ViewSomethingNew", share: 0.5, fields: {} };
    const rig = await e2eRig({ horizon: "3d", scenario: { eventsPerDay: 30, newActivity } });
    expect((await rig.run("archive")).exit).toBe(0);

    const { value } = await rig.json("operations", "diff");

    expect(value).toMatchObject({ tenants: [{ tenant: "contoso", unknown: ["ViewSomethingNew"] }] });
    const { out } = await rig.run("show", "2026-11-20", "--activities");
    expect(out).toMatch(/ records? +ViewReport {2}read: Viewed Power BI report\n/);
    expect(out).toMatch(/ records? +ViewSomethingNew {2}not in the list of operations\n/);
  }, 60_000);
});
