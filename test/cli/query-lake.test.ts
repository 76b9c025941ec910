import { readdirSync, rmSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { describe, expect, it } from "vitest";
import { e2eRig } from "../support/e2e-rig.js";
import type { E2eRig } from "../support/e2e-rig.js";

const LAKE = (table: string): string => `  lake:
    use: parquet
    table: ${table}
    to: { use: local-files, path: "@/lake=1", reserve: "0" }`;

const EVENTS =
  "SELECT tenant, CAST(date AS VARCHAR) AS date, * EXCLUDE (tenant, date) FROM events ORDER BY ALL";

async function rows(rig: E2eRig, ...argv: readonly string[]): Promise<readonly object[]> {
  const { exit, out, err } = await rig.run("query", "--json", ...argv);
  expect({ exit, err: exit === 0 ? "" : err }).toEqual({ exit: 0, err: "" });
  return (JSON.parse(out) as { readonly rows: readonly object[] }).rows;
}

describe.each(["none", "delta"])("daybook query --lake, table: %s", (table) => {
  it("answers from the lake what the record lines say, and takes the days from these that the lake lacks", async () => {
    const rig = await e2eRig({ horizon: "4d", scenario: { eventsPerDay: 60 }, more: LAKE(table) });
    expect((await rig.run("archive")).exit).toBe(0);

    const recorded = await rows(rig, EVENTS);
    const whole = await rows(rig, "--lake", "lake", EVENTS);
    const folder = join(rig.folder, "lake=1", "tenant=contoso");
    const day = readdirSync(folder).find((name) => name.startsWith("date=")) ?? "";
    rmSync(table === "delta" ? join(folder, "_delta_log") : join(folder, day), { recursive: true });
    const partly = await rows(rig, "--lake", "lake", EVENTS);

    expect(recorded.length).toBeGreaterThan(100);
    expect(whole).toEqual(recorded);
    expect(partly).toEqual(recorded);
  });

  it("reads the lake's files and no others", async () => {
    const rig = await e2eRig({ horizon: "3d", scenario: { eventsPerDay: 20 }, more: LAKE(table) });
    await rig.run("archive");
    const folder = join(rig.folder, "lake=1", "tenant=contoso");
    const files = readdirSync(folder, { recursive: true, encoding: "utf8" });
    const file = files.find((name) => name.endsWith(".parquet")) ?? "";

    const listed = await rig.run("query", "--lake", "lake", `SELECT * FROM glob('${folder}/*')`);
    const outside = await rig.run("query", "--lake", "lake", "SELECT * FROM read_text('/etc/hostname')");
    const emptied = await rig.run("query", `SELECT * FROM read_parquet('${join(folder, file)}')`);

    rmSync(join(folder, file));
    writeFileSync(join(folder, file), "no Parquet");
    const damaged = await rig.run("query", "--lake", "lake", "SELECT count(*) FROM events");
    const recorded = await rig.run("query", "SELECT count(*) FROM events");

    expect([listed.exit, outside.exit, emptied.exit]).toEqual([64, 64, 64]);
    expect([damaged.exit, recorded.exit]).toEqual([64, 0]);
  });

  it("refuses a sink that is no lake on this host", async () => {
    const rig = await e2eRig({ horizon: "3d", scenario: { eventsPerDay: 20 }, more: LAKE(table) });
    await rig.run("archive");

    expect(await rig.run("query", "--lake", "vault", "SELECT 1")).toMatchObject({ exit: 64 });
    expect(await rig.run("report", "views", "--lake", "lake")).toMatchObject({ exit: 0 });
  });
});
