import { readFileSync, readdirSync, rmSync } from "node:fs";
import { dirname, join } from "node:path";
import { describe, expect, it } from "vitest";
import localFiles from "../../plugins/local-files/index.js";
import { storeSource } from "../../src/archive/source.js";
import { folderSource } from "../../src/archive/folder-source.js";
import { readManifest } from "../../src/archive/sealed-package.js";
import type { SealedDay } from "../../src/archive/sealed-package.js";
import { KeptCopy } from "../../src/deliver/kept-copy.js";
import { sha256Hex } from "../../src/model/sha256.js";
import { nodeFiles } from "../../src/io/node-files.js";
import type { UtcDay } from "../../src/model/utc-day.js";
import type { ObjectStore } from "../../src/plugin/types.js";
import { e2eRig } from "../support/e2e-rig.js";
import { testHost } from "../support/plugin-host.js";

const signal = new AbortController().signal;

/** A package in a store that knows holds, and leaves out `hold` where there is none, as object stores do. */
async function heldPackage(obeys: boolean) {
  const rig = await e2eRig({ horizon: "3d", scenario: { eventsPerDay: 30 } });
  expect((await rig.run("archive", "--day", "2026-11-20")).exit).toBe(0);
  const folder = join(rig.vault, "days", "2026", "11", "20", "r0001");
  const manifestSha256 = sha256Hex(readFileSync(join(folder, "manifest.json")));
  const sealed: SealedDay = { day: "2026-11-20" as UtcDay, revision: 1, manifestSha256 };
  const manifest = await readManifest(folderSource(nodeFiles, rig.vault), sealed, signal);
  const options = localFiles.options.parse({ path: dirname(rig.vault), reserve: "0" });
  const files = localFiles.open(options, testHost());
  const held = new Set<string>();
  const store: ObjectStore = {
    check: (inner) => files.check(inner),
    putNew: (...given) => files.putNew(...given),
    replace: (...given) => files.replace(...given),
    get: (key, inner) => files.get(key, inner),
    list: (prefix, inner) => files.list(prefix, inner),
    remove: (key, inner) => files.remove(key, inner),
    close: () => files.close(),
    stat: async (key, inner) => {
      const found = await files.stat(key, inner);
      return found && { ...found, ...(held.has(key) ? { hold: true } : {}) };
    },
    setHold: async (key, on) => {
      if (on) held.add(key);
      else if (obeys) held.delete(key);
    },
  };
  const kept = new KeptCopy(store, "contoso", storeSource(store, "contoso"));
  return { kept, sealed, manifest, folder, held };
}

describe("the hold of a copy", () => {
  it("is set on every object, and released where the store then says nothing of a hold", async () => {
    const { kept, sealed, folder, held } = await heldPackage(true);
    const files = readdirSync(folder).length;

    expect(await kept.hold(sealed, true, signal)).toBe(files);
    expect(held.size).toBe(files);
    expect(await kept.hold(sealed, false, signal)).toBe(files);
    expect(held.size).toBe(0);
  });

  it("that a store keeps in spite of its release is found", async () => {
    const { kept, sealed } = await heldPackage(false);
    await kept.hold(sealed, true, signal);

    await expect(kept.hold(sealed, false, signal)).rejects.toMatchObject({
      code: "SINK_MISMATCH",
      message: expect.stringContaining("expected no legal hold, found one"),
    });
  });

  it("on one object keeps the whole package, though it was set by somebody else", async () => {
    const { kept, sealed, manifest, folder, held } = await heldPackage(true);
    const before = readdirSync(folder);
    held.add("contoso/days/2026/11/20/r0001/pages.jsonl");

    await expect(kept.removeContent(sealed, manifest, signal)).rejects.toMatchObject({
      code: "SINK_REFUSED",
      lock: { hold: true },
    });
    expect(readdirSync(folder)).toEqual(before);
  });
});

describe("the removal of a copy", () => {
  it("takes what an interrupted delivery left, though the store has no manifest", async () => {
    const { kept, sealed, manifest, folder } = await heldPackage(true);
    for (const name of ["manifest.json", "manifest.json.sig", "SHA256SUMS", "events.ndjson.zst"])
      rmSync(join(folder, name));
    const left = readdirSync(folder).length;

    const removed = await kept.removeContent(sealed, manifest, signal);

    expect(removed.objects).toBe(left);
    expect(readdirSync(folder)).toEqual([]);
  });
});
