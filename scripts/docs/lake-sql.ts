import { EVENT_COLUMNS } from "../../src/plugin/event-columns.js";
import type { EventColumnType } from "../../src/plugin/event-columns.js";

/** Strings in Parquet are UTF-8: another collation would show other letters. */
const UTF8 = "COLLATE Latin1_General_100_BIN2_UTF8";

const TYPES: Readonly<Record<EventColumnType, string>> = {
  text: `VARCHAR(8000) ${UTF8}`,
  integer: "INT",
  boolean: "BIT",
  timestamp: "DATETIME2(6)",
};

/** The statements by which Azure SQL and SQL Server read the Delta table in place, with the columns of the lake. */
export function lakeSql(): string {
  const columns = EVENT_COLUMNS.map(({ name, type }) => {
    const isLine = name === "event";
    return `  [${name}] ${isLine ? `VARCHAR(MAX) ${UTF8}` : TYPES[type]}`;
  });
  const list = ["  [date] DATE", ...columns].join(",\n");
  return `-- Made by \`npm run docs\` from the columns of the lake; docs/LAKE.md says what is what.
-- Azure SQL Database, Azure SQL Managed Instance, SQL Server 2022 and later (there: sp_configure 'polybase enabled', 1).
-- Put your own names for <account>, <container>, contoso and the secrets. Nothing is copied: the table is read where it lies.

CREATE MASTER KEY ENCRYPTION BY PASSWORD = '<password>';

-- A shared access signature that may read and list; without the question mark at its start.
CREATE DATABASE SCOPED CREDENTIAL daybook_lake
WITH IDENTITY = 'SHARED ACCESS SIGNATURE', SECRET = '<signature>';

CREATE EXTERNAL DATA SOURCE daybook_lake
WITH (LOCATION = 'adls://<container>@<account>.dfs.core.windows.net', CREDENTIAL = daybook_lake);

CREATE EXTERNAL FILE FORMAT daybook_delta WITH (FORMAT_TYPE = DELTA);

CREATE EXTERNAL TABLE dbo.daybook_events (
${list}
)
WITH (LOCATION = '/tenant=contoso', DATA_SOURCE = daybook_lake, FILE_FORMAT = daybook_delta);

-- The same without a table, for one question:
SELECT [date], COUNT(*) AS events
FROM OPENROWSET(BULK '/tenant=contoso', FORMAT = 'DELTA', DATA_SOURCE = 'daybook_lake')
WITH (
${list}
) AS e
GROUP BY [date]
ORDER BY [date];
`;
}
