import { spawnSync } from "node:child_process";
import { appendFileSync, cpSync, readFileSync, readdirSync, rmSync, statSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { describe, expect, it } from "vitest";
import { BAG_FILTER, bagCodes, bagged, threeDays } from "../support/bag-rig.js";

const resum = (bag: string): void => {
  // What a forger does who makes the hashes fit again.
  const sum = (name: string, files: readonly string[]): void =>
    writeFileSync(join(bag, name), spawnSync("sha256sum", files, { cwd: bag, encoding: "utf8" }).stdout);
  const all = readdirSync(bag, { recursive: true, encoding: "utf8" }).filter((name) =>
    statSync(join(bag, name)).isFile(),
  );
  const payload = all.filter((name) => name.startsWith("data/"));
  const octets = payload.reduce((total, name) => total + statSync(join(bag, name)).size, 0);
  const info = readFileSync(join(bag, "bag-info.txt"), "utf8");
  writeFileSync(
    join(bag, "bag-info.txt"),
    info.replace(/^Payload-Oxum: .*$/m, `Payload-Oxum: ${octets}.${payload.length}`),
  );
  sum("manifest-sha256.txt", payload);
  sum("tagmanifest-sha256.txt", ["bag-info.txt", "bagit.txt", "manifest-sha256.txt"]);
};
const edit = (path: string, change: (text: string) => string): void =>
  writeFileSync(path, change(readFileSync(path, "latin1")), "latin1");
const day = "data/archive/days/2026/11/19";

describe("a bag that is altered", () => {
  const ROWS: readonly (readonly [string, (bag: string) => void, readonly string[]])[] = [
    ["a tag file is altered", (bag) => appendFileSync(join(bag, "bag-info.txt"), "X: y\n"), ["FILE_HASH"]],
    [
      "a payload file is altered",
      (bag) => appendFileSync(join(bag, "data/READ-ME-FIRST.txt"), "x"),
      ["BAG_FORM", "FILE_HASH"],
    ],
    ["a file is gone", (bag) => rmSync(join(bag, "data/transmittal.html")), ["BAG_FORM", "FILE_MISSING"]],
    ["a file is added", (bag) => writeFileSync(join(bag, "data/note.txt"), "x"), ["FILE_FOREIGN"]],
    [
      "it is no bag of version 1.0",
      (bag) => {
        edit(join(bag, "bagit.txt"), (text) => text.replace("1.0", "0.97"));
        resum(bag);
      },
      ["BAG_FORM"],
    ],
    [
      "a manifest names a file twice",
      (bag) => {
        const path = join(bag, "tagmanifest-sha256.txt");
        edit(path, (text) => text + text.split("\n")[0] + "\n");
      },
      ["BAG_FORM"],
    ],
    [
      "an event is taken out of the selection, with all hashes made anew",
      (bag) => {
        edit(join(bag, "data/selected/events.ndjson"), (text) => text.slice(text.indexOf("\n") + 1));
        resum(bag);
      },
      ["BAG_SELECTED"],
    ],
    [
      "the selection is gone, with all hashes made anew",
      (bag) => {
        rmSync(join(bag, "data/selected"), { recursive: true });
        resum(bag);
      },
      ["FILE_MISSING"],
    ],
    [
      "a filter is changed, with all hashes made anew",
      (bag) => {
        edit(join(bag, "data/transmittal.json"), (text) => text.replace('"ViewReport"', '"ExportReport"'));
        resum(bag);
      },
      ["BAG_SELECTED"],
    ],
    [
      "a day is taken out, with all hashes made anew",
      (bag) => {
        rmSync(join(bag, day), { recursive: true });
        resum(bag);
      },
      ["BAG_SELECTED", "FILE_MISSING"],
    ],
    [
      "a day is taken out and bag.json says so, with all hashes made anew",
      (bag) => {
        rmSync(join(bag, day), { recursive: true });
        edit(join(bag, "data/archive/bag.json"), (text) => text.replace("2026-11-19", "2026-11-20"));
        resum(bag);
      },
      ["BAG_SCOPE_WRONG", "BAG_SELECTED"],
    ],
  ];

  it("is told apart, whatever was done to it", async () => {
    const rig = await threeDays();
    const bag = await bagged(rig, ...BAG_FILTER);
    for (const [what, tamper, expected] of ROWS) {
      const copy = join(rig.folder, "copy");
      cpSync(bag, copy, { recursive: true });
      tamper(copy);
      expect({ what, codes: await bagCodes(rig, copy) }).toEqual({ what, codes: expected });
      rmSync(copy, { recursive: true });
    }
    // A bag.json beside an archive hides nothing: what it leaves out is told, and what it has must fit.
    const archive = join(rig.folder, "archive");
    cpSync(rig.vault, archive, { recursive: true });
    cpSync(join(bag, "data/archive/bag.json"), join(archive, "bag.json"));
    expect(await bagCodes(rig, archive)).toEqual(["FILE_FOREIGN"]);
  }, 120_000);
});
