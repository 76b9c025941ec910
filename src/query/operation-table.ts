import type { DuckDBAppender } from "@duckdb/node-api";
import type { Operation } from "../model/operation-list.js";

export const CREATE_OPERATIONS =
  "CREATE TABLE operations (operation VARCHAR NOT NULL, name VARCHAR NOT NULL, kind VARCHAR NOT NULL)";

export function appendOperation(appender: DuckDBAppender, { operation, name, kind }: Operation): void {
  for (const text of [operation, name, kind]) appender.appendVarchar(text);
  appender.endRow();
}
