import { readFile } from "node:fs/promises";
import { join } from "node:path";
import { describe, expect, it } from "vitest";
import { COMMANDS } from "../../src/cli/commands.js";
import { packageRoot } from "../../src/io/package-files.js";
import { ERROR_CATALOGUE } from "../../src/model/error-catalogue.js";
import { FINDING_CATALOGUE } from "../../src/model/finding-catalogue.js";

const read = (name: string): Promise<string> => readFile(join(packageRoot(), "docs", name), "utf8");
const page = await read("TROUBLESHOOTING.md");

function matches(pattern: RegExp): readonly string[] {
  return [...new Set([...page.matchAll(pattern)].map(([, found = ""]) => found))];
}

describe("the page on troubleshooting", () => {
  it("names no code that does not exist", async () => {
    // What a day may be marked with is explained there.
    const operations = await read("OPERATIONS.md");
    const environment = ["HTTPS_PROXY", "DAYBOOK_DEBUG"];
    const known = new Set([
      ...Object.keys(ERROR_CATALOGUE),
      ...Object.keys(FINDING_CATALOGUE),
      ...environment,
      // Of the operating system.
      "EROFS",
    ]);
    const named = matches(/`\(?([A-Z][A-Z_]{3,})\)?(?:=1)?`/g);

    expect(named.length).toBeGreaterThan(30);
    expect(named.filter((code) => !known.has(code) && !operations.includes(`\`${code}\``))).toEqual([]);
  });

  it("tells to type no command that does not exist", () => {
    const typed = matches(/(?<!-u )daybook ((?:[a-z]+)(?: [a-z]+)?)/g).filter(
      (words) => !/^(needs|whose)/.test(words),
    );
    const names = COMMANDS.map(({ name }) => name);
    const isKnown = (words: string): boolean =>
      names.some((name) => words === name || words.startsWith(`${name} `) || words.split(" ")[0] === name);

    expect(typed.length).toBeGreaterThan(8);
    expect(typed.filter((words) => !isKnown(words))).toEqual([]);
  });
});
