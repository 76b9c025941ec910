import { chmodSync, readFileSync, readdirSync, rmSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { describe, expect, it } from "vitest";
import { readBack } from "../../src/deliver/sink-fixity.js";
import { nodeFiles } from "../../src/io/node-files.js";
import { sha256Hex } from "../../src/model/sha256.js";
import type { UtcDay } from "../../src/model/utc-day.js";
import { folderSource } from "../../src/archive/folder-source.js";
import type { SealedDay } from "../../src/archive/sealed-package.js";
import { e2eRig } from "../support/e2e-rig.js";

/** A package in a record sink, as sealed. */
async function packageInVault(): Promise<{
  readonly folder: string;
  readonly find: () => Promise<readonly string[]>;
}> {
  const rig = await e2eRig({ horizon: "3d", scenario: { eventsPerDay: 30 } });
  expect((await rig.run("archive", "--day", "2026-11-20")).exit).toBe(0);
  const folder = join(rig.vault, "days", "2026", "11", "20", "r0001");
  const manifestSha256 = sha256Hex(readFileSync(join(folder, "manifest.json")));
  const sealed: SealedDay = { day: "2026-11-20" as UtcDay, revision: 1, manifestSha256 };
  const source = folderSource(nodeFiles, rig.vault);
  return {
    folder,
    find: async () =>
      (await readBack(sealed, source, new AbortController().signal)).map(
        ({ path, found }) =>
          `${path.split("/").at(-1)}: ${/^\d+ bytes, sha256 [0-9a-f]{64}$/.test(found) ? "other bytes" : found}`,
      ),
  };
}

function change(folder: string, name: string, edit: (bytes: Buffer) => Uint8Array): void {
  const path = join(folder, name);
  const bytes = edit(readFileSync(path));
  chmodSync(path, 0o600);
  writeFileSync(path, bytes);
}

describe("a package read back from a sink (fault 52)", () => {
  it("is as it was sealed", async () => {
    const { find } = await packageInVault();

    expect(await find()).toEqual([]);
  });

  it("names each file that was altered, cut, made longer or removed", async () => {
    const { folder, find } = await packageInVault();
    const [first = "", second = "", third = ""] = readdirSync(folder).filter((name) => name.startsWith("h"));
    change(folder, first, (bytes) => bytes.fill((bytes[8] ?? 0) ^ 1, 8, 9));
    change(folder, second, (bytes) => bytes.subarray(0, -1));
    change(folder, third, (bytes) => Buffer.concat([bytes, Buffer.from("x")]));
    rmSync(join(folder, "pages.jsonl"));

    const found = await find();

    expect(found).toContain(`${first}: other bytes`);
    expect(found).toContain(`${second}: other bytes`);
    expect(found.filter((text) => text.startsWith(`${third}: more than`))).toHaveLength(1);
    expect(found).toContain("pages.jsonl: nothing");
    expect(found).toHaveLength(4);
  });

  it("believes no manifest that is not the ledger's", async () => {
    const { folder, find } = await packageInVault();
    change(folder, "manifest.json", (bytes) =>
      Buffer.from(bytes.toString().replace("scheduled", "operator")),
    );

    const [found, ...more] = await find();

    expect(found).toMatch(/^manifest.json: .*found sha256 .*, expected sha256 /);
    expect(more).toEqual([]);
  });
});
