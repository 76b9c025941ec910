import { execFileSync } from "node:child_process";
import { mkdirSync, mkdtempSync, readFileSync, rmSync, symlinkSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, beforeAll, describe, expect, it } from "vitest";

const root = join(import.meta.dirname, "..", "..");
const main = join(root, "dist", "src", "main.js");
const folder = mkdtempSync(join(tmpdir(), "daybook-new-sink-"));

beforeAll(() => {
  execFileSync("npm", ["run", "-s", "build"], { cwd: root, stdio: "inherit" });
});
afterAll(() => rmSync(folder, { recursive: true, force: true }));

function daybook(...args: readonly string[]): string {
  return execFileSync(process.execPath, [main, ...args], { cwd: folder, encoding: "utf8" });
}

/** As `npm install` would leave it, without the registry: the packages of this very checkout. */
function install(name: string): void {
  const packages = join(folder, name, "node_modules");
  mkdirSync(packages);
  symlinkSync(root, join(packages, "daybook"));
  for (const each of ["vitest", ".bin"]) symlinkSync(join(root, "node_modules", each), join(packages, each));
}

describe.each(["store", "sink"])("daybook sinks new --kind %s", (kind) => {
  const name = `our-${kind}`;

  it("writes a package that passes the contract as it is", () => {
    daybook("sinks", "new", name, "--kind", kind);
    install(name);

    const output = execFileSync("npm", ["test"], {
      cwd: join(folder, name),
      encoding: "utf8",
      env: { ...process.env, NO_COLOR: "1" },
    });

    expect(output).toMatch(/Tests +\d{2} passed/);
    expect(output).not.toMatch(/failed/);
  });

  it("fills in every place, and names the versions that Daybook is tested with", () => {
    const text = (file: string): string => readFileSync(join(folder, name, file), "utf8");
    const { devDependencies } = JSON.parse(readFileSync(join(root, "package.json"), "utf8"));

    for (const file of ["README.md", "index.js", "index.test.js", "package.json"]) {
      expect(text(file)).not.toMatch(/__[A-Z]+__|\*\*NAME/);
    }
    expect(text("README.md")).toContain(`# \`${name}\``);
    expect(JSON.parse(text("package.json"))).toMatchObject({
      name,
      devDependencies: { node: `^${devDependencies.node}`, vitest: `^${devDependencies.vitest}` },
    });
  });

  it("is never written over another folder", () => {
    expect(() => daybook("sinks", "new", name, "--kind", kind)).toThrow(/nothing is overwritten/);
  });
});
