import { existsSync, readFileSync, readdirSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { expect, it } from "vitest";
import { entryPath } from "../../src/model/ledger-entry.js";
import { sha256Hex } from "../../src/model/sha256.js";
import { ledgerOf } from "../support/e2e-archived.js";
import { restoreRig } from "../support/restore-rig.js";

/** Adds an entry to the archive in `root` as somebody without its key can: a good day is declared lost. */
function forgeEntry(root: string): string {
  const seq = readdirSync(join(root, "heads")).length;
  const newest = readFileSync(join(root, entryPath(seq - 1)), "utf8");
  const path = join(root, entryPath(seq));
  const [, signature] = /"signature": "(.*)"/.exec(newest) ?? [];
  const act = { type: "day-lost", actor: "daybook", day: "2026-10-01", reason: "forged" };
  const { time } = JSON.parse(newest) as { readonly time: string };
  const { type, ...rest } = act;
  const entry = { seq, prev: sha256Hex(newest), time, type, ...rest, signature };
  writeFileSync(path, `${JSON.stringify(entry, null, 2)}\n`);
  return path;
}

it("never becomes part of the archive, whichever way the operator takes", { timeout: 60_000 }, async () => {
  const rig = await restoreRig({ horizon: "3d" });
  expect((await rig.run("archive")).exit).toBe(0);
  const forged = forgeEntry(rig.vault);
  forgeEntry(join(rig.folder, "state", "contoso"));

  expect((await rig.run("verify", "--sink", "vault")).exit).toBe(65);
  expect((await rig.run("archive")).exit).toBe(65);
  rig.loseState();
  rig.bringKey();
  const restored = await rig.run("restore", "--from", "vault");
  expect({ exit: restored.exit, out: restored.out + restored.err }).toMatchObject({
    exit: 0,
    out: expect.stringContaining("was left out"),
  });
  rig.nextDay();
  const next = await rig.run("archive");

  expect({ exit: next.exit, err: next.err }).toMatchObject({
    exit: 65,
    err: expect.stringContaining("SINK_MISMATCH"),
  });
  expect(existsSync(forged)).toBe(true);
  const state = ledgerOf(join(rig.folder, "state", "contoso"));
  expect(state.filter(({ type }) => type === "day-sealed").length).toBeGreaterThan(1);
  expect(JSON.stringify(state)).not.toContain("forged");
});
