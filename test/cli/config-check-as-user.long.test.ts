import { spawnSync } from "node:child_process";
import {
  chmodSync,
  chownSync,
  existsSync,
  lstatSync,
  mkdirSync,
  mkdtempSync,
  rmSync,
  writeFileSync,
} from "node:fs";
import { tmpdir } from "node:os";
import { dirname, join } from "node:path";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { buildDaybook } from "../support/e2e-build.js";
import type { BuiltDaybook } from "../support/e2e-build.js";

const NOBODY = 65_534;

let daybook: BuiltDaybook;
beforeAll(async () => {
  daybook = await buildDaybook();
  // Another user runs it.
  chmodSync(dirname(dirname(dirname(daybook.main))), 0o755);
}, 300_000);
afterAll(() => daybook.remove());

/** A configuration whose sink and state folder do not exist yet, below a folder with this owner; checked by `nobody`. */
function checkedByNobody(owner: number): { readonly status: number | null; readonly out: string } {
  const folder = mkdtempSync(join(tmpdir(), "daybook-as-user-"));
  try {
    const data = join(folder, "data");
    mkdirSync(data);
    const config = join(folder, "daybook.yaml");
    writeFileSync(
      config,
      `stateDir: ${data}/state
tenants:
  contoso:
    tenantId: 5f0e7a52-0d3c-4c7e-8f25-64a1f0a7f0b1
    auth: { method: token, token: { env: TOKEN } }
sinks:
  vault: { use: local-files, path: ${data}/vault, reserve: "0" }
`,
      { mode: 0o600 },
    );
    chmodSync(folder, 0o755);
    chownSync(config, NOBODY, NOBODY);
    chownSync(data, owner, owner);
    const before = lstatSync(data).mtimeMs;
    const { status, stdout, stderr } = spawnSync(
      process.execPath,
      [daybook.main, "config", "check", "--config", config],
      { uid: NOBODY, gid: NOBODY, env: { TOKEN: "a-token-of-contoso" }, encoding: "utf8" },
    );
    expect([existsSync(join(data, "vault")), existsSync(join(data, "state"))]).toEqual([false, false]);
    expect(lstatSync(data).mtimeMs).toBe(before);
    return { status, out: (stdout + stderr).replaceAll(folder, "") };
  } finally {
    rmSync(folder, { recursive: true });
  }
}

describe("config check by a user that is not root", () => {
  it("says which folders it may not make", () => {
    const { status, out } = checkedByNobody(0);

    expect({ status, out }).toMatchObject({ status: 73 });
    for (const [subject, path] of [
      ["state folder", "/data/state/contoso"],
      ["sink vault", "/data/vault"],
    ])
      expect(out).toContain(
        `WRONG  contoso ${subject}: ${path}: is to be made: /data: cannot write in it: EACCES (DISK_DENIED)`,
      );
  });

  it("makes none of those that it may make, and says that they will be made", () => {
    const { status, out } = checkedByNobody(NOBODY);

    expect({ status, out }).toMatchObject({ status: 0 });
    expect(out).toContain("/data/state/contoso will be made in /data");
    expect(out).toContain("/data/vault will be made in /data");
  });
});
