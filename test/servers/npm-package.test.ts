import { execFileSync, spawnSync } from "node:child_process";
import { existsSync, mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { dirname, join, relative } from "node:path";
import { afterAll, beforeAll, describe, expect, it } from "vitest";

const REPOSITORY = join(import.meta.dirname, "..", "..");
const JUDGES = join(import.meta.dirname, "npm-package");
const manifest = JSON.parse(readFileSync(join(REPOSITORY, "package.json"), "utf8"));

const work = mkdtempSync(join(tmpdir(), "daybook-npm-package-"));
const author = join(work, "author");
const installed = join(author, "node_modules", "daybook");
let tarball: string;

/** Makes the package, and installs it in an empty folder with what a plugin's author has besides. */
beforeAll(() => {
  mkdirSync(author);
  const name = execFileSync("npm", ["run", "--silent", "package:npm", "--", work], {
    cwd: REPOSITORY,
    encoding: "utf8",
  });
  tarball = join(work, name.trim());
  execFileSync("npm", ["ci", "--no-audit", "--no-fund", "--ignore-scripts"], { cwd: JUDGES });
  writeFileSync(join(author, "package.json"), '{ "name": "our-sink", "private": true, "type": "module" }\n');
  const tools = ["typescript", "vitest", "@types/node"].map(
    (tool) => `${tool}@${manifest.devDependencies[tool]}`,
  );
  execFileSync(
    "npm",
    ["install", "--no-audit", "--no-fund", "--prefer-offline", "--ignore-scripts", tarball, ...tools],
    { cwd: author, stdio: ["ignore", 2, 2] },
  );
});
afterAll(() => rmSync(work, { recursive: true, force: true }));

function inAuthorsFolder(
  command: string,
  ...words: readonly string[]
): { status: number | null; output: string } {
  const { status, stdout, stderr } = spawnSync(command, words, {
    cwd: author,
    encoding: "utf8",
    env: { ...process.env, NO_COLOR: "1" },
  });
  return { status, output: `${stdout}${stderr}` };
}

describe("the package for npm", () => {
  it("is clean for publint", () => {
    const publint = join(JUDGES, "node_modules", ".bin", "publint");
    const { status, output } = inAuthorsFolder(process.execPath, publint, "run", installed, "--strict");

    expect({ status, output }).toMatchObject({ status: 0 });
    expect(output).toContain("All good!");
  });

  it("has types that resolve wherever ES modules do, for attw", () => {
    const attw = join(JUDGES, "node_modules", ".bin", "attw");
    // The form is named: attw otherwise takes a table or a list, by the width that the colours leave.
    const asked = ["--profile", "esm-only", "--format", "ascii"];
    const { status, output } = inAuthorsFolder(process.execPath, attw, tarball, ...asked);

    expect({ status, output }).toMatchObject({ status: 0 });
    expect(output.match(/node16 \(from ESM\): 🟢/g)).toHaveLength(3);
  });

  it("names no address that leads nowhere, and has nothing that only a clone can use", () => {
    const published = JSON.parse(readFileSync(join(installed, "package.json"), "utf8"));

    expect(published).toMatchObject({
      license: "MIT",
      author: "The Daybook authors",
      keywords: expect.arrayContaining(["power-bi"]),
    });
    expect(JSON.stringify(published)).not.toMatch(/\.example\b/);
    for (const key of ["private", "scripts", "devDependencies"]) expect(published).not.toHaveProperty(key);
    expect(JSON.stringify(published.exports)).not.toContain("daybook-source");
    const ours = ["src", "test", "scripts", "dist/scripts"];
    expect(ours.filter((name) => existsSync(join(installed, name)))).toEqual([]);
  });

  it("holds every file that its pages link to", () => {
    const pages = [
      "README.md",
      "CONTRIBUTING.md",
      "docs/QUICKSTART.md",
      "docs/SINKS.md",
      "docs/OPERATIONS.md",
    ];
    const links = pages.flatMap((page) =>
      [...readFileSync(join(installed, page), "utf8").matchAll(/\]\((?!https?:|#)([^)#]+)/g)].map(
        ([, to = ""]) => relative(installed, join(installed, dirname(page), to)),
      ),
    );

    expect(links.length).toBeGreaterThan(20);
    expect(links.filter((path) => !existsSync(join(installed, path)))).toEqual([]);
  });

  it("runs as `npx daybook`", () => {
    const { status, output } = inAuthorsFolder(
      process.execPath,
      join(installed, "dist/src/main.js"),
      "--version",
    );

    expect({ status, output }).toEqual({ status: 0, output: `${manifest.version}\n` });
    expect(existsSync(join(author, "node_modules", ".bin", "daybook"))).toBe(true);
  });
});

describe("a plugin written in TypeScript in an empty folder", () => {
  const [, code = ""] =
    /^```ts\n([\s\S]*?)^```$/m.exec(readFileSync(join(REPOSITORY, "docs", "SINKS.md"), "utf8")) ?? [];
  const test = `
    import { mkdtemp, rm } from "node:fs/promises";
    import { tmpdir } from "node:os";
    import { join } from "node:path";
    import { sinkContract, testHost } from "daybook/plugin/contract";
    import plugin from "./line-files.js";
    async function make() {
      const path = await mkdtemp(join(tmpdir(), "line-files-"));
      return {
        open: (tenant = "contoso") => plugin.open(plugin.options.parse({ path }), testHost({ tenant })),
        dispose: () => rm(path, { recursive: true, force: true }),
      };
    }
    sinkContract("line-files", {
      make,
      unusable: async () => ({ ...(await make()), open: () => plugin.open({ path: "/dev/null/x" }, testHost()) }),
    });`;

  beforeAll(() => {
    writeFileSync(join(author, "line-files.ts"), code);
    writeFileSync(join(author, "line-files.test.ts"), test);
  });

  it("is compiled with the strictest settings, every type known", () => {
    const options = ["--noEmit", "--strict", "--module", "nodenext", "--target", "es2024", "--types", "node"];
    const files = ["line-files.ts", "line-files.test.ts"];
    const { output } = inAuthorsFolder("node_modules/.bin/tsc", ...options, ...files);

    expect(output).toBe("");
  });

  it("passes the contract", () => {
    const vitest = join(author, "node_modules", "vitest", "vitest.mjs");
    const { status, output } = inAuthorsFolder(process.execPath, vitest, "run");

    expect({ status, output }).toMatchObject({ status: 0 });
    expect(output).toMatch(/Tests +\d{2} passed/);
  });
});
