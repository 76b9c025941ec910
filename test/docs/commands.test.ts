import { existsSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { describe, expect, it } from "vitest";
import { shellBlocks } from "../support/shell-blocks.js";

const root = join(import.meta.dirname, "..", "..");
const FIRST_HOUR = "test/servers/first-hour.test.ts";

/**
 * What types each block of commands, in the order of the page. A test named here reads the block out of the page and runs
 * every line of it, so a new line is run, or fails, by itself; a new block gets its row here.
 */
const TYPED_BY: Readonly<Record<string, readonly string[]>> = {
  "README.md": [".ci/run", FIRST_HOUR, FIRST_HOUR, "test/e2e/readme-sinks.test.ts"],
  "docs/QUICKSTART.md": [FIRST_HOUR, FIRST_HOUR, FIRST_HOUR],
  "docs/LAKE.md": [],
  "docs/QUERY.md": ["test/query/page-commands.long.test.ts", "test/query/page-commands.long.test.ts"],
  "docs/SINKS.md": ["test/servers/npm-package.test.ts", "test/servers/npm-package.test.ts"],
  "examples/sftp-sink/README.md": ["test/servers/sftp-sink.test.ts"],
};

describe.each(Object.entries(TYPED_BY))("the commands of %s", (page, typedBy) => {
  it("stand in blocks that a test types", () => {
    expect(shellBlocks(page)).toHaveLength(typedBy.length);
  });

  it("stand in blocks of the language `sh`, which is what the tests look for", () => {
    expect(readFileSync(join(root, page), "utf8")).not.toMatch(/^\s*```(bash|shell|console|zsh)\b/m);
  });

  it.each([...new Set(typedBy)].filter((path) => path.endsWith(".ts")))("are read from it by %s", (path) => {
    expect(existsSync(join(root, path))).toBe(true);
    const text = readFileSync(join(root, path), "utf8");
    expect(text).toContain("shell-blocks.js");
    expect(text).toContain(`"${page}"`);
  });
});

it("the first commands of README.md are steps of .ci/run, on a clean clone", () => {
  const steps = [...readFileSync(join(root, ".ci", "run"), "utf8").matchAll(/^step (.+)$/gm)].map(
    ([, step = ""]) => step.replace(/ --no-audit --no-fund$/, ""),
  );
  const [first = []] = shellBlocks("README.md");

  expect(first.length).toBeGreaterThan(0);
  expect(first.flatMap((line) => line.split(" && ")).filter((command) => !steps.includes(command))).toEqual(
    [],
  );
});

it("docs/SINKS.md shows the plugin that `daybook sinks new` writes", () => {
  const template = readFileSync(join(root, "config", "new-sink", "sink", "index.ts"), "utf8");
  const [, shown] =
    /^```ts\n([\s\S]*?)^```$/m.exec(readFileSync(join(root, "docs", "SINKS.md"), "utf8")) ?? [];

  expect(shown).toBe(template.replaceAll("__NAME__", "line-files"));
});
