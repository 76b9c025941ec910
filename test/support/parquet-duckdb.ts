import { spawnSync } from "node:child_process";
import { copyFileSync, mkdirSync } from "node:fs";
import { createRequire } from "node:module";
import { join } from "node:path";
import { pathToFileURL } from "node:url";

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

const root = join(import.meta.dirname, "..", "..");
// Below node_modules, where no test, linter or formatter of this package looks.
const installed = join(root, "node_modules", ".cache", "daybook-servers-parquet");

/** Installs DuckDB as its lock file says; throws when it cannot. */
export function installDuckDb(): void {
  mkdirSync(installed, { recursive: true });
  for (const name of ["package.json", "package-lock.json"]) {
    copyFileSync(join(root, "test", "servers", "parquet", name), join(installed, name));
  }
  const { status, error } = spawnSync("npm", ["ci", "--no-audit", "--no-fund", "--prefer-offline"], {
    cwd: installed,
    stdio: "inherit",
  });
  if (status !== 0) throw new Error(`npm ci of DuckDB ended with ${status ?? error?.message ?? "a signal"}`);
}

/** Queries of one DuckDB that has seen no file yet: it caches files by their name. */
export async function openDuckDb(): Promise<Query> {
  const path = createRequire(join(installed, "package.json")).resolve("@duckdb/node-api");
  const { DuckDBInstance } = (await import(pathToFileURL(path).href)) as DuckDb;
  const connection = await (await DuckDBInstance.create(":memory:")).connect();
  return async (sql, values) => (await connection.runAndReadAll(sql, values)).getRowObjectsJson();
}
