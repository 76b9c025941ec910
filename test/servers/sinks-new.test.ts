import { execFileSync } from "node:child_process";
import { existsSync, mkdirSync, mkdtempSync, readFileSync, readdirSync, rmSync, symlinkSync } from "node:fs";
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
  for (const each of ["vitest", "typescript", "@types", ".bin"])
    symlinkSync(join(root, "node_modules", each), join(packages, each));
}

// Each name is that of a type or class which the code uses, or of a word of its language.
describe.each([
  { kind: "store", language: "js", name: "object-store" },
  { kind: "store", language: "ts", name: "class" },
  { kind: "sink", language: "js", name: "daybook-error" },
  { kind: "sink", language: "ts", name: "sink" },
])("daybook sinks new $name --kind $kind --language $language", ({ kind, language, name }) => {
  const asked = ["sinks", "new", name, "--kind", kind, "--language", language];
  const text = (file: string): string => readFileSync(join(folder, name, file), "utf8");

  it("writes a package that passes the contract as it is", () => {
    daybook(...asked);
    install(name);

    const output = execFileSync("npm", ["test"], {
      cwd: join(folder, name),
      encoding: "utf8",
      env: { ...process.env, NO_COLOR: "1" },
    });

    expect(output).toMatch(/Test Files +1 passed/);
    expect(output).toMatch(/Tests +\d{2} passed/);
  });

  it("names the file that its package exports, and that Daybook loads", () => {
    const { exports } = JSON.parse(text("package.json")) as { readonly exports: string };
    const [, used] = /use: (\S+),/.exec(text("README.md")) ?? [];

    expect(existsSync(join(folder, name, exports))).toBe(true);
    expect(used).toBe(`./${name}/${exports.replace("./", "")}`);
  });

  it("fills in every place, and names the versions that Daybook is tested with", () => {
    const { devDependencies: ours } = JSON.parse(readFileSync(join(root, "package.json"), "utf8"));
    const { name: named, devDependencies } = JSON.parse(text("package.json"));
    const { daybook: source, ...tools } = devDependencies as Record<string, string>;

    const written = readdirSync(join(folder, name), { withFileTypes: true }).filter((one) => one.isFile());
    for (const { name: file } of written) expect(text(file)).not.toMatch(/__[A-Z]+__|\*\*NAME/);
    expect(text("README.md")).toContain(`# \`${name}\``);
    expect(text("README.md")).toContain(`npm install -D ${source}`);
    expect(named).toBe(name);
    expect(Object.keys(tools)).toContain("vitest");
    for (const [tool, version] of Object.entries(tools)) expect(version).toBe(`^${ours[tool]}`);
  });

  it("is never written over another folder", () => {
    expect(() => daybook(...asked)).toThrow(/nothing is overwritten/);
  });
});
