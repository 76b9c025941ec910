import { existsSync, readFileSync, readdirSync } from "node:fs";
import { dirname, join } from "node:path";
import { describe, expect, it } from "vitest";

const root = join(import.meta.dirname, "..", "..");

/** A file or folder by its path from the root: `src/main.ts`, `docs/`, `README.md`. */
const PATH = /`((?:[\w.-]+\/)+[\w.-]*|[\w.-]+\.(?:ts|md|sh))`/g;

function pathsIn(page: string): readonly string[] {
  const prose = readFileSync(join(root, page), "utf8").replace(/^```[\s\S]*?^```$/gm, "");
  return [...prose.matchAll(PATH)].map(([, path = ""]) => path);
}

describe.each(["ARCHITECTURE.md", "CONTRIBUTING.md"])("%s", (page) => {
  it("names paths of the repository that exist", () => {
    const paths = pathsIn(page);

    expect(paths.length).toBeGreaterThan(20);
    expect(paths.filter((path) => !existsSync(join(root, path)))).toEqual([]);
  });
});

it("ARCHITECTURE.md describes every folder of src/", () => {
  const folders = readdirSync(join(root, "src"), { withFileTypes: true })
    .filter((entry) => entry.isDirectory())
    .map(({ name }) => `src/${name}/`);
  const described = pathsIn("ARCHITECTURE.md");

  expect(folders.filter((folder) => !described.includes(folder))).toEqual([]);
});

/** The pages that people read, from the root. */
const PAGES = [
  "README.md",
  "ARCHITECTURE.md",
  "CONTRIBUTING.md",
  "CHANGELOG.md",
  "SECURITY.md",
  "deploy/README.md",
  ...readdirSync(join(root, "docs"))
    .filter((name) => name.endsWith(".md"))
    .map((name) => `docs/${name}`),
  ...readdirSync(join(root, "plugins"))
    .map((name) => `plugins/${name}/README.md`)
    .filter((path) => existsSync(join(root, path))),
];

describe("the links of the pages", () => {
  it.each(PAGES)("of %s lead to files that exist", (page) => {
    const text = readFileSync(join(root, page), "utf8");
    const targets = [...text.matchAll(/\]\((?!https?:|mailto:|#)([^)#\s]+)/g)].map(
      ([, target = ""]) => target,
    );

    expect(targets.filter((target) => !existsSync(join(root, dirname(page), target)))).toEqual([]);
  });

  it("name sections of docs/OPERATIONS.md that it has", () => {
    const operations = readFileSync(join(root, "docs", "OPERATIONS.md"), "utf8");
    const headings = [...operations.matchAll(/^#+ (.+)$|^\*\*(.+?)\.?\*\*/gm)].map(
      ([, one, two]) => one ?? two,
    );
    const named = PAGES.flatMap((page) => [
      ...readFileSync(join(root, page), "utf8").matchAll(/_([A-Z][^_\n]+)_ in \[OPERATIONS\.md\]/g),
    ]).map(([, title]) => title);

    expect(named.length).toBeGreaterThan(4);
    expect(named.filter((title) => !headings.includes(title))).toEqual([]);
  });
});
