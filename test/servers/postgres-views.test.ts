import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { batchOf, recordLine, recordLines } from "daybook/plugin/contract";
import { newPlace } from "../support/postgres-place.js";
import { startPostgres } from "../support/postgres-server.js";
import type { PostgresServer } from "../support/postgres-server.js";

const { signal } = new AbortController();
const { day } = batchOf([]);
let server: PostgresServer;

beforeAll(async () => {
  server = await startPostgres();
});
afterAll(() => server.dispose());

describe("what an analyst asks", () => {
  const VIEWED = [
    { UserId: "Ann@contoso.com", ReportId: "R1", ReportName: "Old name" },
    { UserId: "ann@contoso.com", ReportId: "r1", ReportName: "New name" },
    { UserId: "bob@contoso.com", ReportId: "r2", ReportName: "Other" },
  ].map((fields, index) => recordLine(index, day, { Activity: "ViewReport", WorkspaceId: "W1", ...fields }));

  it("is answered by the views, by tenant", async () => {
    const { open, schema } = newPlace(server);
    await open().write(batchOf([...VIEWED, recordLine(9, day, { Activity: "ExportReport" })]), signal);
    await open("fabrikam").write(batchOf(VIEWED.slice(2)), signal);

    const views = await server.query(
      `SELECT tenant, report, views::int, people::int, last_view::text FROM ${schema}.report_views ORDER BY 1, 2`,
    );
    const people = await server.query(
      `SELECT tenant, week::text, days_held::int, events::int FROM ${schema}.active_people ORDER BY 1`,
    );
    const lines = await server.query(
      `SELECT event FROM ${schema}.events_with_lines WHERE UserId LIKE 'Ann%' AND tenant = 'contoso'`,
    );

    expect(views).toEqual([
      { tenant: "contoso", report: "New name", views: 2, people: 1, last_view: day },
      { tenant: "contoso", report: "Other", views: 1, people: 1, last_view: day },
      { tenant: "fabrikam", report: "Other", views: 1, people: 1, last_view: day },
    ]);
    expect(people).toEqual([
      { tenant: "contoso", week: "2026-11-16", days_held: 1, events: 4 },
      { tenant: "fabrikam", week: "2026-11-16", days_held: 1, events: 1 },
    ]);
    expect(lines).toEqual([{ event: VIEWED[0] }]);
  });

  it("about one day reads less than its month", async () => {
    const { open, schema } = newPlace(server);
    const days = ["2026-11-10", "2026-11-11", "2026-11-12", "2026-11-13"].map((text) => text as typeof day);
    for (const each of days) await open().write(batchOf(recordLines(20_000, each), { day: each }), signal);
    await server.query(`VACUUM ANALYZE ${schema}.events`);

    const plan = await server.query(
      `SET max_parallel_workers_per_gather = 0;
       EXPLAIN (ANALYZE, BUFFERS, FORMAT JSON) SELECT count(DISTINCT UserId) FROM ${schema}.events WHERE date = '2026-11-12'`,
    );
    const [blocks] = await server.query(
      `SELECT pg_relation_size('${schema}.events_2026_11') / current_setting('block_size')::int AS pages`,
    );

    const text = JSON.stringify(plan);
    const read =
      Number(/"Shared Hit Blocks":(\d+)/.exec(text)?.[1]) +
      Number(/"Shared Read Blocks":(\d+)/.exec(text)?.[1]);
    expect(text).toContain("events_2026_11_date_idx");
    expect(read).toBeLessThan(Number(blocks?.["pages"]) / 2);
  });
});
