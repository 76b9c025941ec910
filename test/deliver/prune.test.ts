import { chmod, readFile, rm, stat, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { describe, expect, it } from "vitest";
import type { Target } from "../../src/deliver/deliver-day.js";
import { pruneDelivered } from "../../src/deliver/prune.js";
import type { PruneSettings } from "../../src/deliver/prune.js";
import { nodeFiles } from "../../src/io/node-files.js";
import { packagePath } from "../../src/model/manifest.js";
import { useDeliveryRig } from "../support/delivery-rig.js";

const { signal } = new AbortController();
const rig = useDeliveryRig();

const settings = (targets: readonly Target[], isClosed = true): PruneSettings => ({
  files: nodeFiles,
  root: rig.root,
  targets,
  isClosed: () => isClosed,
});

describe("pruning", () => {
  it("keeps a day that is not closed, that a sink lacks, or that a record sink has lost", async () => {
    const sealed = await rig.seal("2026-11-20");
    const vault = rig.record("vault");
    expect(await pruneDelivered(rig.index(), settings([vault]), signal)).toEqual([]);
    await rig.deliver([vault]);
    expect(await pruneDelivered(rig.index(), settings([vault], false), signal)).toEqual([]);
    expect(await pruneDelivered(rig.index(), settings([vault, rig.view("lines")]), signal)).toEqual([]);
    expect(await pruneDelivered(rig.index(), settings([]), signal)).toEqual([]);
    await rm(join(rig.folder, "vault/contoso", packagePath(sealed.day, 1), "events.ndjson.zst"));
    expect(await pruneDelivered(rig.index(), settings([vault]), signal)).toEqual([]);

    expect((await stat(join(rig.root, packagePath(sealed.day, 1)))).isDirectory()).toBe(true);
  });

  it("keeps a day whose only copy has a changed byte", async () => {
    const sealed = await rig.seal("2026-11-20");
    const vault = rig.record("vault");
    await rig.deliver([vault]);
    const copy = join(rig.folder, "vault/contoso", packagePath(sealed.day, 1), "events.ndjson.zst");
    const bytes = await readFile(copy);
    bytes.writeUInt8(bytes.readUInt8(20) ^ 1, 20);
    await chmod(copy, 0o600);
    await writeFile(copy, bytes);

    expect(await pruneDelivered(rig.index(), settings([vault]), signal)).toEqual([]);
  });
});
