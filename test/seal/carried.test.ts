import { rm } from "node:fs/promises";
import { afterEach, beforeEach, describe, expect, it } from "vitest";
import { nodeFiles } from "../../src/io/node-files.js";
import { eventText } from "../support/spooled-reading.js";
import { sealingRig } from "../support/sealing-rig.js";
import type { SealingRig } from "../support/sealing-rig.js";

const [a, b, c, d, e] = ["a", "b", "c", "d", "e"].map((id) => eventText(id)) as [
  string,
  string,
  string,
  string,
  string,
];
const a2 = eventText("a", { v: 2 });

let rig: SealingRig;

beforeEach(async () => {
  rig = await sealingRig();
});

afterEach(() => rm(rig.folder, { recursive: true }));

describe.each(["zstd", "gzip"] as const)("a third revision (%s)", (compression) => {
  it("carries what the second carried and what the second alone had", async () => {
    const first = await rig.seal([a, b], { compression });
    const second = await rig.seal([b, c], { compression, earlier: first });

    const third = await rig.seal([d], { compression, earlier: second });

    expect(await rig.linesOf(third)).toEqual([d, b, c, a]);
    expect(third.manifest).toMatchObject({
      revision: 3,
      supersedes: second.manifestSha256,
      diff: { against: 2, added: 1, removed: 3, changed: 0 },
      completeness: { distinct: 1, carried: 3 },
      event_set_sha256: rig.setHash([a, b, c, d]),
    });
    // What an earlier re-reading already missed is not missed again.
    expect(third.missing).toBe(2);
  });

  it("does not carry what the source gives again, and keeps its place in the event set", async () => {
    const first = await rig.seal([a, b], { compression });
    const second = await rig.seal([b, c], { compression, earlier: first });

    const third = await rig.seal([a, b, c, e], { compression, earlier: second });

    expect(third.manifest.files.map(({ role }) => role)).not.toContain("carried");
    expect(await rig.linesOf(third)).toEqual([a, b, c, e]);
    expect(third.manifest.diff).toEqual({ against: 2, added: 1, removed: 0, changed: 0, missing: 0 });
    expect(third.manifest.completeness.carried).toBe(0);
  });

  it("names an Id that came back with other bytes as changed, not as missing", async () => {
    const first = await rig.seal([a, b], { compression });
    const second = await rig.seal([b, c], { compression, earlier: first });

    const third = await rig.seal([a2, b, c], { compression, earlier: second });

    expect(await rig.linesOf(third)).toEqual([a2, b, c, a]);
    expect(third.manifest.diff).toEqual({ against: 2, added: 1, removed: 1, changed: 1, missing: 0 });
    expect(third.missing).toBe(0);
  });
});

it("may be sealed with another compression than the revision that it carries from", async () => {
  const first = await rig.seal([a, b], { compression: "zstd" });

  const second = await rig.seal([c], { compression: "gzip", earlier: first });

  expect(second.manifest.files.at(-1)?.path).toBe("carried.ndjson.gz");
  expect(await rig.linesOf(second)).toEqual([c, a, b]);
});

describe("the read-back of a package", () => {
  const damage = {
    "another byte": (path: string) => nodeFiles.append(`${path}/pages.jsonl`, Buffer.from("x")),
    "a file less": (path: string) => nodeFiles.remove(`${path}/h07-0001.json.zst`),
    "a file more": (path: string) => nodeFiles.writeNew(`${path}/more`, Buffer.from("x")),
    "another manifest": (path: string) => nodeFiles.append(`${path}/manifest.json`, Buffer.from(" ")),
  };

  it.each(Object.entries(damage))("finds %s, and nothing is sealed", async (_, spoil) => {
    // The disk keeps something else than it was given, right after the move.
    const files = {
      ...nodeFiles,
      rename: async (from: string, to: string): Promise<void> => {
        await nodeFiles.rename(from, to);
        if (to.endsWith("/r0001")) await spoil(to);
      },
    };

    await expect(rig.seal([a], { files })).rejects.toMatchObject({ code: "DISK_FAILED" });
  });
});
