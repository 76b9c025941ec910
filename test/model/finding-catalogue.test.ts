import { readFileSync, readdirSync } from "node:fs";
import { join } from "node:path";
import { expect, it } from "vitest";
import { FINDING_CATALOGUE } from "../../src/model/finding-catalogue.js";

const root = join(import.meta.dirname, "../..");
const CODES = Object.keys(FINDING_CATALOGUE);

/** The text of every TypeScript file below a folder but the catalogue's own, as one. */
function textBelow(folder: string): string {
  return readdirSync(join(root, folder), { recursive: true, encoding: "utf8" })
    .filter((name) => name.endsWith(".ts") && !/node_modules|-findings\.ts$/.test(name))
    .map((name) => readFileSync(join(root, folder, name), "utf8"))
    .join("\n");
}

it.each(["src", "test"])("every finding code is named in %s outside the catalogue", (folder) => {
  const words = new Set(textBelow(folder).match(/\b[A-Z][A-Z_]+\b/g));

  expect(CODES.filter((code) => !words.has(code))).toEqual([]);
});

it("every finding code is documented with its rule", () => {
  const page = readFileSync(join(root, "docs/FINDINGS.md"), "utf8");
  const rows = page.matchAll(/^\| `([A-Z_]+)` \| (\w+) \| (.+?) \| (.+?) \|$/gm);
  const listed = [...rows].map(([, code = "", severity, rule, hint]) => [code, { severity, rule, hint }]);

  expect(Object.fromEntries(listed)).toEqual(FINDING_CATALOGUE);
});
