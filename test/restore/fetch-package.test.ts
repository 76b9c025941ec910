import { readFile } from "node:fs/promises";
import { join } from "node:path";
import { afterAll, beforeAll, expect, it } from "vitest";
import { originOf } from "../../src/archive/head.js";
import { ArchiveKeys } from "../../src/archive/keys.js";
import { folderSource } from "../../src/archive/folder-source.js";
import type { Files } from "../../src/io/files.js";
import { nodeFiles } from "../../src/io/node-files.js";
import { sha256Hex } from "../../src/model/sha256.js";
import type { UtcDay } from "../../src/model/utc-day.js";
import { fetchPackage } from "../../src/restore/fetch-package.js";
import { RestoredTree } from "../../src/restore/restored-tree.js";
import type { ObjectStore } from "../../src/plugin/types.js";
import { SAMPLE_KEY, makeSampleArchive } from "../support/sample-archive.js";
import type { SampleArchive } from "../support/sample-archive.js";

const PACKAGE = "days/2026/11/18/r0001";
const PIECE = Buffer.alloc(1 << 16);
const { signal } = new AbortController();

let sample: SampleArchive;
beforeAll(async () => {
  sample = await makeSampleArchive("zstd");
});
afterAll(() => sample.remove());

function never(): never {
  throw new Error("not asked");
}

/** The sample as a sink holds it, but for one file that never ends. */
function endlessAt(name: string): ObjectStore {
  const held = folderSource(nodeFiles, sample.root);
  return {
    stat: (key, inner) => held.stat(key.slice("contoso/".length), inner),
    list: never,
    get: async (key, inner) =>
      key.endsWith(name) ? endless() : held.get(key.slice("contoso/".length), inner),
    check: never,
    putNew: never,
    replace: never,
    remove: never,
    close: never,
  };
}

async function* endless(): AsyncGenerator<Uint8Array> {
  for (;;) yield PIECE;
}

/** The bytes that a restore of the package wrote, and what it ended with. */
async function restored(name: string): Promise<{ readonly written: number; readonly outcome: unknown }> {
  let written = 0;
  const files: Files = {
    ...nodeFiles,
    create: async (path, mode) => {
      const writer = await nodeFiles.create(path, mode);
      const write = (bytes: Uint8Array): Promise<void> => {
        written += bytes.length;
        return writer.write(bytes);
      };
      return { write, finish: () => writer.finish(), abort: () => writer.abort() };
    },
  };
  const tree = new RestoredTree(files, join(sample.work, `state-${name}`));
  await files.makeFolder(join(sample.work, `state-${name}`));
  await tree.begin();
  const origin = originOf("0b9ff1c2-5a3e-4d0b-8d7e-1f2a3b4c5d6e");
  const keys = new ArchiveKeys(origin, new Map([[SAMPLE_KEY.signerFor(origin).keyId, SAMPLE_KEY.publicPem]]));
  const from = { name: "vault", store: endlessAt(name), tenant: "contoso" };
  const manifestSha256 = sha256Hex(await readFile(join(sample.root, PACKAGE, "manifest.json")));
  const sealed = { day: "2026-11-18" as UtcDay, revision: 1, manifestSha256 };
  const outcome = await fetchPackage({ from, files, tree, keys }, sealed, signal).then(
    () => "restored",
    (error: unknown) => error,
  );
  return { written, outcome };
}

it("restores a package as it was sealed", async () => {
  expect((await restored("none")).outcome).toBe("restored");
});

it.each(["events.ndjson.zst", "pages.jsonl", "h01-0001.json.zst", "SHA256SUMS", "manifest.json"])(
  "writes no more of an endless %s than its limit",
  async (name) => {
    const { written, outcome } = await restored(name);

    expect(outcome).toMatchObject({
      code: "ARCHIVE_DAMAGED",
      message: expect.stringMatching(`^vault: contoso/${PACKAGE}/${name}: found more than`),
    });
    expect(written).toBeLessThan(PIECE.length);
  },
);
