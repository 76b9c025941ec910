import { installServerPackages, serverPackage } from "./server-packages.js";

/** The part of @duckdb/node-api that is used; the package is installed by the test that needs it. */
interface DuckDb {
  readonly DuckDBInstance: { create(path: string): Promise<{ connect(): Promise<Connection> }> };
}

interface Connection {
  runAndReadAll(
    sql: string,
    values?: Readonly<Record<string, string>>,
  ): Promise<{ getRowObjectsJson(): Record<string, unknown>[] }>;
  closeSync(): void;
}

/** Rows as DuckDB puts them in JSON: 64-bit integers and times are text. `values` fill `$name` in the query. */
export type Query = (
  sql: string,
  values?: Readonly<Record<string, string>>,
) => Promise<readonly Record<string, unknown>[]>;

/** Installs DuckDB as its lock file says; throws when it cannot. */
export function installDuckDb(): void {
  installServerPackages("parquet");
}

/** Queries of one DuckDB that has seen no file yet: it caches files by their name. */
export async function openDuckDb(): Promise<Query> {
  const { DuckDBInstance } = (await import(serverPackage("parquet", "@duckdb/node-api"))) as DuckDb;
  const connection = await (await DuckDBInstance.create(":memory:")).connect();
  return async (sql, values) => (await connection.runAndReadAll(sql, values)).getRowObjectsJson();
}
