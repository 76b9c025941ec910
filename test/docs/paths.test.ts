import { existsSync, readFileSync, readdirSync } from "node:fs";
import { join } from "node:path";
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
