import { rm } from "node:fs/promises";
import { join } from "node:path";
import { afterEach, beforeEach, expect, it } from "vitest";
import { folderSource } from "../../src/archive/folder-source.js";
import { RecordSink } from "../../src/deliver/record-sink.js";
import { nodeFiles } from "../../src/io/node-files.js";
import localFiles from "../../plugins/local-files/index.js";
import { testHost } from "../support/plugin-host.js";
import { eventText } from "../support/spooled-reading.js";
import { STATE_KEYS } from "../support/sealed-package.js";
import { sealingRig } from "../support/sealing-rig.js";
import type { SealingRig } from "../support/sealing-rig.js";

let rig: SealingRig;
beforeEach(async () => {
  rig = await sealingRig();
});
afterEach(() => rm(rig.folder, { recursive: true }));

it("seals and delivers a day whose activities' names are larger than any manifest may be", async () => {
  const long = Array.from({ length: 20 }, (_, index) => `${index}-`.padEnd(2_000_000, "x"));
  const { manifest, manifestSha256, path } = await rig.seal([
    ...long.map((Activity, index) => eventText(`${index}`, { Activity })),
    eventText("b", { Activity: "ViewReport" }),
    eventText("c", { Activity: "Ünusual" }),
  ]);

  expect(manifest.completeness.by_activity).toEqual({ "*": 21, ViewReport: 1 });
  expect((await nodeFiles.stat(join(rig.root, path, "manifest.json")))?.bytes).toBeLessThan(1 << 16);

  const archive = folderSource(nodeFiles, rig.root);
  const options = localFiles.options.parse({ path: join(rig.folder, "vault"), reserve: "0" });
  await nodeFiles.makeFolder(join(rig.folder, "vault"));
  const store = localFiles.open(options, testHost());
  const sink = new RecordSink({
    name: "vault",
    store,
    tenant: "contoso",
    archive,
    ledgerSize: () => 0,
    keys: STATE_KEYS,
  });
  const sealed = { day: manifest.day, revision: 1, manifestSha256 };
  const delivered = await sink.putPackage(sealed, archive, new AbortController().signal);

  expect(delivered.day).toBe(manifest.day);
});

it("counts what comes after the first thousand activities together", async () => {
  const names = Array.from({ length: 1_003 }, (_, index) => `Activity${index}`);

  const { manifest } = await rig.seal(
    [...names, "Activity0"].map((Activity, at) => eventText(`${at}`, { Activity })),
  );

  const counts = manifest.completeness.by_activity;
  expect(Object.keys(counts)).toHaveLength(1_001);
  expect(counts).toMatchObject({ "*": 3, Activity0: 2, Activity999: 1 });
});

it("writes activities by name, also those that JavaScript puts first", async () => {
  const { path } = await rig.seal(
    ["View", "9", "10"].map((Activity, at) => eventText(`${at}`, { Activity })),
  );

  const text = new TextDecoder().decode(await nodeFiles.read(join(rig.root, path, "manifest.json")));
  const names = /"by_activity": \{([^}]*)\}/.exec(text)?.[1]?.match(/"[^"]+"/g);

  expect(names).toEqual(['"10"', '"9"', '"View"']);
});
