import { readFileSync } from "node:fs";
import { join } from "node:path";
import { describe, expect, it } from "vitest";
import { BASE_FIELDS, ENTRY_FIELDS } from "../../src/model/ledger-entry.js";

const page = readFileSync(join(import.meta.dirname, "..", "..", "docs", "FORMAT.md"), "utf8");
const ledger = page.slice(page.indexOf("## 5. The ledger"), page.indexOf("## 6."));

describe("docs/FORMAT.md on the ledger", () => {
  it("lists the fields that every entry has, in the order on disk", () => {
    const rows = [...ledger.matchAll(/^\| `(\w+)` +\| (\w+) +\|/gm)].map(([, name, kind]) => [name, kind]);

    expect(rows).toEqual(Object.entries(BASE_FIELDS));
  });

  it("lists the types that exist, each with its fields and their kinds in the order on disk", () => {
    const rows = [...ledger.matchAll(/^\| `([\w-]+)` +\| (`\w+` [\w ]+(?:, `\w+` [\w ]+)*?) +\|$/gm)];
    const types = rows.map(([, type = "", fields = ""]) => [
      type,
      fields.split(", ").map((field) => /^`(\w+)` (.+)$/.exec(field.trim())?.slice(1)),
    ]);

    expect(types).toEqual(
      Object.entries(ENTRY_FIELDS).map(([type, fields]) => [type, Object.entries(fields)]),
    );
  });
});
