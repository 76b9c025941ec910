import { execFileSync } from "node:child_process";
import { installServerPackages, serverPackage } from "./server-packages.js";

/** Installs ClickHouse as its lock file says (550 MB); throws when it cannot. */
export function installClickHouse(): void {
  installServerPackages("delta");
}

const PROGRAM = `
const { query } = (await import(process.argv[1])).default;
const text = query(process.argv[2], "JSONEachRow").trim();
process.stdout.write(JSON.stringify(text === "" ? [] : text.split("\\n").map((line) => JSON.parse(line))));
`;

/**
 * The rows of a query in a ClickHouse of its own, which sees the files in `folder` alone. `$table` in the query is the Delta
 * table in the folder's `table`.
 */
export function askClickHouse(
  sql: string,
  { folder, table }: { readonly folder: string; readonly table: string },
): readonly Record<string, unknown>[] {
  const whole = sql.replaceAll("$table", `deltaLakeLocal('${folder}/${table}')`);
  const args = ["--input-type=module", "-e", PROGRAM, serverPackage("delta", "chdb"), whole];
  return JSON.parse(
    execFileSync(process.execPath, args, {
      cwd: folder,
      encoding: "utf8",
      maxBuffer: 1 << 26,
      stdio: ["ignore", "pipe", "pipe"],
    }),
  ) as readonly Record<string, unknown>[];
}
