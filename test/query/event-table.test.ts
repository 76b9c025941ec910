import { HOSTILE_LINES } from "daybook/plugin/contract";
import { expect, it } from "vitest";
import { EVENT_COLUMNS, EVENT_FIELDS, fitting } from "../../src/plugin/event-columns.js";
import { allRows } from "../../src/query/answer.js";
import { QUERY_DAY, blocksOf, queryDatabase } from "../support/query-database.js";

const LINES: readonly string[] = [
  ...Object.values(HOSTILE_LINES).flat(),
  '{"Id":"first","Id":"last","WorkSpaceName":"a","WorkSpaceName":5}',
  '{"Id":"\\ud800","UserId":"a\\u0000b","ReportName":"Zoë 🗄️","IsSuccess":"true"}',
  '{"RecordType":1.0,"UserType":2147483648,"IsSuccess":false,"CreationTime":"2026-11-20T07:55:15.1234567"}',
  '{"CreationTime":"1969-12-31T23:59:59.5","RecordType":"20","Activity":null}',
];

it("has every record as a row, with the values that the lake's columns have", async () => {
  const database = await queryDatabase();
  await database.addEvents({ tenant: "contoso", day: QUERY_DAY, revision: 3, blocks: blocksOf(LINES) });
  await database.seal();

  const columns = EVENT_COLUMNS.map(({ name, type }) =>
    type === "timestamp" ? `CAST(epoch_us("${name}") AS DOUBLE)` : `"${name}"`,
  );
  const rows = await allRows(
    await database.ask(`SELECT tenant, date, ${columns.join(", ")} FROM events ORDER BY record_no`),
  );

  expect(rows).toEqual(
    LINES.map((line, index) => {
      const event = JSON.parse(line) as Readonly<Record<string, unknown>>;
      const fields = EVENT_FIELDS.map(({ name, type }) => fitting(type, event[name]));
      return ["contoso", QUERY_DAY, index + 1, 3, line, ...fields];
    }),
  );
});

it("takes more rows than one flush holds, of days in any order", async () => {
  const database = await queryDatabase();
  const many = Array.from({ length: 20_000 }, (_, index) => `{"Id":"e${index}"}`);
  await database.addEvents({ tenant: "a", day: QUERY_DAY, revision: 1, blocks: blocksOf(many) });
  await database.addEvents({ tenant: "b", day: QUERY_DAY, revision: 1, blocks: blocksOf(many.slice(0, 5)) });
  await database.seal();

  const sql = 'SELECT tenant, count(DISTINCT "Id"), max(record_no) FROM events GROUP BY 1 ORDER BY 1';

  expect(await allRows(await database.ask(sql))).toEqual([
    ["a", 20_000, 20_000],
    ["b", 5, 5],
  ]);
});
