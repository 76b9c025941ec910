import { execFile, execFileSync, spawnSync } from "node:child_process";
import {
  existsSync,
  mkdirSync,
  mkdtempSync,
  readFileSync,
  readdirSync,
  rmSync,
  writeFileSync,
} from "node:fs";
import { tmpdir } from "node:os";
import { dirname, join, relative } from "node:path";
import { promisify } from "node:util";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { REAL_TIME, e2eRig } from "../support/e2e-rig.js";
import { shellBlocks } from "../support/shell-blocks.js";

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

/** The blocks of commands of the page, and its lines of configuration for a plugin. */
const [beginning = [], configured = [], ...others] = shellBlocks("docs/SINKS.md");
const guide = readFileSync(join(REPOSITORY, "docs", "SINKS.md"), "utf8");
const [, sinkOfGuide = ""] = /^```yaml\nsinks:\n([\s\S]*?)^```$/m.exec(guide) ?? [];

describe("docs/SINKS.md, followed by an author who has Daybook from npm", () => {
  it("leads from nothing to a sink that has every day", { timeout: 900_000 }, async () => {
    const rig = await e2eRig(REAL_TIME);
    const bin = join(work, "bin");
    mkdirSync(bin);
    const program = `exec ${process.execPath} ${join(installed, "dist/src/main.js")} "$@"`;
    writeFileSync(join(bin, "daybook"), `#!/bin/sh\n${program}\n`, { mode: 0o755 });
    // The machine's own Node.js and npm, not those that the tests run with.
    const own = process.env["PATH"]?.split(":").filter((each) => !each.endsWith("node_modules/.bin")) ?? [];
    const env = { ...process.env, NO_COLOR: "1", PATH: [bin, ...own].join(":") };
    const type = async (line: string): Promise<string> => {
      const typed = promisify(execFile)("bash", ["-ec", line], { cwd: rig.folder, env });
      const { stdout, stderr } = await typed.catch((error: unknown) => {
        throw new Error(`${line}: ${JSON.stringify(error)}`);
      });
      return `${stdout}${stderr}`;
    };
    await type("daybook archive");

    const tested = await type(beginning.join("\n"));
    expect(tested).toMatch(/Tests +\d{2} passed/);
    expect(tested).not.toMatch(/EBADENGINE/);

    const [digest = "", ...looks] = configured;
    const integrity = (await type(digest)).trim();
    const sink = sinkOfGuide.replace("sha256-…", integrity).replace("/srv/lines", join(rig.folder, "lines"));
    rig.configure({ more: sink });
    const said: string[] = [];
    const isThere: boolean[] = [];
    for (const line of looks) {
      said.push(await type(line));
      isThere.push(existsSync(join(rig.folder, "lines")));
    }

    expect(integrity).toMatch(/^sha256-.{44}$/);
    expect(said[0]).toContain(`note: ${join(rig.folder, "lines", "contoso")} will be made in ${rig.folder}`);
    // Made by the first command that writes, and no sooner.
    expect(isThere).toEqual([false, true, true]);
    expect(said[1]).toContain("ok     contoso sink lines: ready to be written");
    const days = readdirSync(join(rig.folder, "lines", "contoso"));
    expect(days.length).toBeGreaterThan(0);
    expect(days.every((name) => /^\d{4}-\d\d-\d\d\.ndjson$/.test(name))).toBe(true);
    expect(others).toEqual([]);
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
});
