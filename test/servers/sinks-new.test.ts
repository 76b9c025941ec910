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

/** As `npm install` would leave it, without asking the registry: the packages of this very checkout. */
function install(name: string): void {
  mkdirSync(join(folder, name, "node_modules"));
  symlinkSync(root, join(folder, name, "node_modules", "daybook"));
  symlinkSync(join(root, "node_modules", "vitest"), join(folder, name, "node_modules", "vitest"));
}

describe.each(["store", "sink"])("daybook sinks new --kind %s", (kind) => {
  const name = `our-${kind}`;

  it("writes a package that passes the contract as it is", () => {
    daybook("sinks", "new", name, "--kind", kind);
    install(name);

    const output = execFileSync(
      process.execPath,
      [join(root, "node_modules", "vitest", "vitest.mjs"), "run"],
      {
        cwd: join(folder, name),
        encoding: "utf8",
        env: { ...process.env, NO_COLOR: "1" },
      },
    );

    expect(output).toMatch(/Tests +\d{2} passed/);
    expect(output).not.toMatch(/failed/);
  });

  it("writes a package.json without an unfilled place, and never overwrites", () => {
    const text = readFileSync(join(folder, name, "package.json"), "utf8");

    expect(text).not.toMatch(/__/);
    expect(JSON.parse(text)).toMatchObject({ name });
    expect(() => daybook("sinks", "new", name, "--kind", kind)).toThrow(/nothing is overwritten/);
  });
});
