import { copyFile, readFile, rm } from "node:fs/promises";
import { join } from "node:path";
import { zstdDecompressSync } from "node:zlib";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import type { Head } from "../../src/archive/head.js";
import { leafHash, rootOf } from "../../src/bytes/merkle-tree.js";
import { headPath } from "../../src/model/ledger-entry.js";
import type { Manifest } from "../../src/model/manifest.js";
import { sha256Hex } from "../../src/model/sha256.js";
import { audit, copyOf, damages } from "../support/audit-sample.js";
import { keptHead } from "../support/ledger-root.js";
import { NEWEST, reseal } from "../support/resealed-archive.js";
import type { Forgery } from "../support/resealed-archive.js";
import { makeSampleArchive } from "../support/sample-archive.js";
import type { SampleArchive } from "../support/sample-archive.js";

const SIZE = 6;
const FALSE_HASH = "e".repeat(64);

const alterRecord = (content: string): string =>
  content.replace('"Activity":"ViewReport"', '"Activity":"Viewreport"');
const alterCarried = (content: string): string => content.replace("T01:00:00", "T02:00:00");
const bendChain = (content: string): string =>
  content.replaceAll(/"token_(in|out)_sha256":"[0-9a-f]{64}"/g, `"token_$1_sha256":"${FALSE_HASH}"`);

let sample: SampleArchive;
let known: Head;

beforeAll(async () => {
  sample = await makeSampleArchive("zstd");
  known = await keptHead(sample.root, SIZE);
});

afterAll(() => sample.remove());

/** The hashes over the record lines as an honest writer would give them for the files as they are. */
async function honestHashesOf(root: string): Promise<Pick<Manifest, "event_set_sha256" | "lines_root">> {
  const lines = await Promise.all(
    ["events", "carried"].map(async (name) =>
      zstdDecompressSync(await readFile(join(root, NEWEST, `${name}.ndjson.zst`))).toString(),
    ),
  );
  const inOrder = lines
    .join("")
    .split(/(?<=\n)/)
    .map((line) => Buffer.from(line));
  const sorted = inOrder.toSorted((one, other) => Buffer.compare(one, other));
  const root64 = rootOf(inOrder.map((line) => leafHash(line.subarray(0, -1))));
  return {
    event_set_sha256: sha256Hex(Buffer.concat(sorted)),
    lines_root: Buffer.from(root64, "base64").toString("hex"),
  };
}

/** The codes found at the level, each once. */
async function codesOf(root: string, level: "content" | "deep"): Promise<readonly string[]> {
  return [...new Set(damages(await audit(root, { level })).map((line) => line.replace(/ .*/s, "")))];
}

describe("a package forged and signed anew with the archive's own key", () => {
  it("is whole when nothing was changed, so that what follows is found for its own sake", async () => {
    const root = await copyOf(sample);

    await reseal(root, {});

    expect(await codesOf(root, "deep")).toEqual([]);
  });

  it("is found out when a record was altered: the pages give another (LINES_DIFFER)", async () => {
    const root = await copyOf(sample);
    await reseal(root, { file: { path: "events.ndjson.zst", edit: alterRecord } });
    const honest = await honestHashesOf(root);
    await reseal(root, { manifest: (manifest) => Object.assign(manifest, honest) });

    expect(await codesOf(root, "content")).toEqual([]);
    expect(await codesOf(root, "deep")).toEqual(["LINES_DIFFER"]);
  });

  it("is found out when a carried record was altered: the revision before has another (CARRIED_DIFFERS)", async () => {
    const root = await copyOf(sample);
    await reseal(root, { file: { path: "carried.ndjson.zst", edit: alterCarried } });
    const honest = await honestHashesOf(root);
    await reseal(root, { manifest: (manifest) => Object.assign(manifest, honest) });

    expect(await codesOf(root, "content")).toEqual([]);
    expect(await codesOf(root, "deep")).toEqual(["CARRIED_DIFFERS"]);
  });

  it("is found out when a chain was bent past a page's own token (PAGE_TOKEN)", async () => {
    const root = await copyOf(sample);
    await reseal(root, { file: { path: "pages.jsonl", edit: bendChain } });

    expect(await codesOf(root, "content")).toEqual([]);
    expect(await codesOf(root, "deep")).toEqual(["PAGE_TOKEN"]);
  });

  it("is found out when the fields are counted falsely (COUNT_DIFFERS)", async () => {
    const root = await copyOf(sample);
    await reseal(root, {
      manifest: (manifest) =>
        (manifest.completeness = {
          ...manifest.completeness,
          by_field: { ...manifest.completeness.by_field, Id: { present: 1, filled: 0 } },
        }),
    });

    expect(await codesOf(root, "content")).toEqual([]);
    expect(await codesOf(root, "deep")).toEqual(["COUNT_DIFFERS"]);
  });

  it("is whole when it is of before fields were counted", async () => {
    const root = await copyOf(sample);
    await reseal(root, {
      manifest: (manifest) => {
        const { by_field: _f, filled_by_activity: _a, ...completeness } = manifest.completeness;
        const { missing: _m, ...diff } = manifest.diff;
        manifest.completeness = completeness;
        manifest.diff = diff;
      },
    });

    expect(await codesOf(root, "deep")).toEqual([]);
  });

  it("is found out when the event set's hash is false (EVENT_SET_DIFFERS)", async () => {
    const root = await copyOf(sample);
    await reseal(root, { manifest: (manifest) => (manifest.event_set_sha256 = FALSE_HASH) });

    expect(await codesOf(root, "content")).toEqual(["EVENT_SET_DIFFERS"]);
  });

  it.each<[string, NonNullable<Forgery["manifest"]>]>([
    ["added", (manifest) => (manifest.diff = { ...manifest.diff, added: 2 })],
    ["removed", (manifest) => (manifest.diff = { ...manifest.diff, removed: 0 })],
    ["changed", (manifest) => (manifest.diff = { ...manifest.diff, changed: 1 })],
    ["against", (manifest) => (manifest.diff = { ...manifest.diff, against: null })],
  ])("is found out when it says something false of what changed: %s (COUNT_DIFFERS)", async (_, manifest) => {
    const root = await copyOf(sample);
    await reseal(root, { manifest });

    expect(await codesOf(root, "deep")).toEqual(["COUNT_DIFFERS"]);
  });

  it("is found out by the head that the auditor kept, whatever was forged (fault 93)", async () => {
    const root = await copyOf(sample);
    await reseal(root, { manifest: (manifest) => (manifest.reason = "operator") });

    expect(await codesOf(root, "deep")).toEqual([]);
    expect(damages(await audit(root, { heads: [known] }))).toEqual([
      `HEAD_CONTRADICTED the head of size ${SIZE} that was kept elsewhere`,
    ]);
  });
});

describe("an archive rewritten as a whole with the stolen key", () => {
  it("is found out by an early head that the auditor kept (fault 93)", async () => {
    const rewritten = await makeSampleArchive("zstd", undefined, (counts) => ({ ...counts, missing_ids: 0 }));
    const early = await keptHead(sample.root, 2);

    const alone = damages(await audit(rewritten.root));
    const compared = damages(await audit(rewritten.root, { heads: [early] }));
    await rewritten.remove();

    expect(alone).toEqual([]);
    expect(compared).toEqual(["HEAD_CONTRADICTED the head of size 2 that was kept elsewhere"]);
  });
});

describe("the copy of the newest head", () => {
  it("is reported when an older one was put back (fault 92)", async () => {
    const root = await copyOf(sample);
    await copyFile(join(root, headPath(SIZE - 1)), join(root, "head"));

    const { findings, counts } = await audit(root);

    expect(findings.map(({ code, found, expected }) => [code, found, expected])).toEqual([
      ["HEAD_STALE", `size ${SIZE - 1}`, `size ${SIZE}`],
    ]);
    expect(counts).toMatchObject({ damage: 0, notice: 1 });
  });

  it("is reported when it is gone", async () => {
    const root = await copyOf(sample);
    await rm(join(root, "head"));

    expect((await audit(root)).findings.map(({ code }) => code)).toEqual(["HEAD_STALE"]);
  });
});
