import { readFileSync } from "node:fs";
import { join } from "node:path";
import { describe, expect, it } from "vitest";
import { COMMANDS } from "../../src/cli/commands.js";
import { JSON_OPTION } from "../../src/cli/global-options.js";
import { shellBlocks } from "../support/shell-blocks.js";

const text = readFileSync(join(import.meta.dirname, "..", "..", "README.md"), "utf8");

describe("README.md", () => {
  it("has fewer than 200 lines", () => {
    expect(text.trimEnd().split("\n").length).toBeLessThan(200);
  });

  it("installs with the commands of docs/QUICKSTART.md", () => {
    const [quickStart = []] = shellBlocks("docs/QUICKSTART.md");

    expect(quickStart).toHaveLength(3);
    expect(shellBlocks("README.md")).toContainEqual(quickStart);
  });

  it("names every command that has no --json", () => {
    const without = COMMANDS.filter(({ options }) => !options.includes(JSON_OPTION)).map(({ name }) => name);
    const [, named = ""] = /all but (.*?) take `--json`/.exec(text) ?? [];

    expect([...named.matchAll(/`([^`]+)`/g)].map(([, name = ""]) => name).toSorted()).toEqual(
      without.toSorted(),
    );
  });
});
