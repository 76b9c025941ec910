import { readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { systemClock } from "../../src/io/clock.js";
import { packageRoot } from "../../src/io/package-files.js";
import type { OperationFile } from "../../src/model/operation-list.js";
import { utcDayOf } from "../../src/model/utc-day.js";
import { readOperationPage } from "./read-page.js";

const SOURCE =
  "https://github.com/MicrosoftDocs/fabric-docs/blob/main/docs/admin/operation-list.md, Microsoft, CC BY 4.0";

/** `npm run operations -- operation-list.md`: writes config/operations.json from a copy of Microsoft's page. */
const [page] = process.argv.slice(2);
if (page === undefined)
  throw new Error("expected the file of the page, docs/admin/operation-list.md of fabric-docs");
const { dated, operations } = readOperationPage(readFileSync(page, "utf8"));
const file: OperationFile = { source: SOURCE, dated, taken: utcDayOf(systemClock.now()), operations };
// A line for each operation, so that a renewal shows what changed.
const lines = operations.map((one) => `    ${JSON.stringify(one)}`);
const head = JSON.stringify({ ...file, operations: undefined }, null, 2).slice(0, -2);
writeFileSync(
  join(packageRoot(), "config", "operations.json"),
  `${head},\n  "operations": [\n${lines.join(",\n")}\n  ]\n}\n`,
);
