import { execFileSync, spawnSync } from "node:child_process";
import { cpSync, mkdtempSync, rmSync, symlinkSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { shellBlocks } from "../support/shell-blocks.js";

const REPOSITORY = join(import.meta.dirname, "..", "..");
const work = mkdtempSync(join(tmpdir(), "daybook-sftp-sink-"));
const example = join(work, "sftp-sink");

/** A copy of the example, with its own packages and, as `npm install` would put them there, Daybook and vitest. */
beforeAll(() => {
  execFileSync("npm", ["run", "-s", "build"], { cwd: REPOSITORY, stdio: ["ignore", 2, 2] });
  cpSync(join(REPOSITORY, "examples", "sftp-sink"), example, {
    recursive: true,
    filter: (path) => !path.endsWith("node_modules"),
  });
  const [install = [], ...others] = shellBlocks("examples/sftp-sink/README.md");
  if (others.length > 0) throw new Error("examples/sftp-sink/README.md: expected one block of commands");
  execFileSync("sh", ["-ec", install.join("\n")], { cwd: example, stdio: ["ignore", 2, 2] });
  const packages = join(example, "node_modules");
  symlinkSync(REPOSITORY, join(packages, "daybook"));
  symlinkSync(join(REPOSITORY, "node_modules", "vitest"), join(packages, "vitest"));
});
afterAll(() => rmSync(work, { recursive: true, force: true }));

describe("examples/sftp-sink", () => {
  it("passes the contract against OpenSSH's server", { timeout: 600_000 }, () => {
    const vitest = join(REPOSITORY, "node_modules", "vitest", "vitest.mjs");
    const { status, stdout } = spawnSync(process.execPath, [vitest, "run"], {
      cwd: example,
      encoding: "utf8",
      env: { ...process.env, NO_COLOR: "1" },
    });

    expect({ status, stdout }).toMatchObject({ status: 0 });
    expect(stdout).toMatch(/Tests +\d{2} passed \(\d{2}\)/);
  });

  it("is loaded by Daybook, and says what its options lack", () => {
    const main = join(REPOSITORY, "dist", "src", "main.js");
    const config = join(work, "daybook.yaml");
    const yaml = `
tenants:
  contoso:
    tenantId: 5f0e7a52-0d3c-4c7e-8f25-64a1f0a7f0b1
    auth: { method: token, token: { env: TOKEN } }
sinks:
  vault: { use: local-files, path: ${join(work, "vault")} }
  partner: { use: ./sftp-sink/index.js, host: 127.0.0.1, username: nobody, privateKey: { env: KEY }, path: upload }
`;
    execFileSync("sh", ["-c", 'umask 077; cat >"$1"', "sh", config], { input: yaml });
    const { status, stdout, stderr } = spawnSync(
      process.execPath,
      [main, "config", "check", "--config", config],
      {
        encoding: "utf8",
        env: { ...process.env, TOKEN: "a-token", KEY: "a-key" },
      },
    );

    expect(status).toBe(78);
    expect(`${stdout}${stderr}`).toMatch(/sinks\.partner\.hostKey/);
    expect(`${stdout}${stderr}`).toMatch(/sinks\.partner\.path/);
  });

  it("keeps the types of daybook/plugin", () => {
    const tsc = join(REPOSITORY, "node_modules", ".bin", "tsc");
    const options = [
      "--noEmit",
      "--strict",
      "--allowJs",
      "--skipLibCheck",
      "--module",
      "nodenext",
      "--target",
      "esnext",
    ];
    const { stdout } = spawnSync(tsc, [...options, "--types", "node", "index.js"], {
      cwd: example,
      encoding: "utf8",
    });

    expect(stdout).toBe("");
  });
});
