import type * as DuckDb from "@duckdb/node-api";
import { dirname } from "node:path";
import { packageRoot } from "../io/package-files.js";
import { DaybookError } from "../model/errors.js";

/** The version that the tests run; the package is not installed with Daybook, for it has 70 MB. */
const PACKAGE = "@duckdb/node-api@1.5.6-r.1";

export type Engine = typeof DuckDb;

/** The query engine. QUERY_ENGINE_MISSING when its package is not installed. */
export async function loadDuckDb(): Promise<Engine> {
  try {
    return await import("@duckdb/node-api");
  } catch (cause) {
    throw new DaybookError("QUERY_ENGINE_MISSING", {
      message: "queries and reports need the package @duckdb/node-api, which is not installed",
      hint: `run: npm install --prefix ${installFolder()} ${PACKAGE}`,
      cause,
    });
  }
}

/** A folder whose `node_modules` Node.js searches from here. */
function installFolder(): string {
  const parent = dirname(packageRoot());
  return parent.endsWith("node_modules") ? dirname(parent) : parent;
}
