import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterEach, beforeEach, describe, expect, it } from "vitest";
import { writeCompressed } from "../../src/io/compressed-file.js";
import { nodeFiles } from "../../src/io/node-files.js";
import { decodeFrame } from "../../src/bytes/frame-decoder.js";
import { sha256Hex } from "../../src/model/sha256.js";
import { failingFiles } from "../support/failing-files.js";

const LINES = Array.from({ length: 50_000 }, (_, n) => `{"Id":"${n}"}\n`).join("");
const never = new AbortController().signal;

let folder: string;
let path: string;

beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), "daybook-"));
  path = join(folder, "events");
});

afterEach(() => rm(folder, { recursive: true }));

/** The text in blocks that share one buffer, as the transcription gives them. */
async function* blocksOf(text: string): AsyncGenerator<Uint8Array> {
  const bytes = Buffer.from(text);
  const block = Buffer.alloc(1000);
  for (let at = 0; at < bytes.length; at += block.length) {
    const length = bytes.copy(block, 0, at);
    yield block.subarray(0, length);
  }
}

async function* failing(): AsyncGenerator<Uint8Array> {
  yield Buffer.from("begun");
  throw new Error("no more");
}

describe.each(["zstd", "gzip"] as const)("a %s file", (compression) => {
  it("holds what was given, as one frame, and is described as it lies on disk", async () => {
    const digest = await writeCompressed(nodeFiles, { path, compression, content: blocksOf(LINES) }, never);

    const frame = await nodeFiles.read(path);
    const content = await decodeFrame(frame, compression, LINES.length);
    expect(Buffer.from(content).toString()).toBe(LINES);
    expect(digest).toEqual({
      bytes: frame.length,
      sha256: sha256Hex(frame),
      contentBytes: LINES.length,
      contentSha256: sha256Hex(LINES),
    });
  });

  it("may hold nothing", async () => {
    const digest = await writeCompressed(nodeFiles, { path, compression, content: blocksOf("") }, never);

    expect(await decodeFrame(await nodeFiles.read(path), compression, 0)).toHaveLength(0);
    expect(digest.contentBytes).toBe(0);
  });

  it("has the same bytes every time, however its content was cut", async () => {
    await writeCompressed(nodeFiles, { path, compression, content: blocksOf(LINES) }, never);
    await writeCompressed(nodeFiles, { path: `${path}-2`, compression, content: blocksOf(LINES) }, never);

    expect(await nodeFiles.read(`${path}-2`)).toEqual(await nodeFiles.read(path));
  });

  it("is not there when its content fails half way", async () => {
    await expect(
      writeCompressed(nodeFiles, { path, compression, content: failing() }, never),
    ).rejects.toThrow("no more");
    expect(await nodeFiles.list(folder)).toEqual([]);
  });

  it("is not there when it was stopped half way", async () => {
    const stop = new AbortController();
    const endless = (async function* go() {
      for (;;) {
        yield Buffer.from("more");
        stop.abort(new Error("stop"));
      }
    })();

    await expect(
      writeCompressed(nodeFiles, { path, compression, content: endless }, stop.signal),
    ).rejects.toThrow("stop");
    expect(await nodeFiles.list(folder)).toEqual([]);
  });

  it.each(["write", "finish"] as const)(
    "is not there when the disk fails its %s (fault 50)",
    async (only) => {
      const { files } = failingFiles(nodeFiles, { at: 1, only: [only], fault: "DISK_FAILED" });

      await expect(
        writeCompressed(files, { path, compression, content: blocksOf(LINES) }, never),
      ).rejects.toMatchObject({
        code: "DISK_FAILED",
      });
      expect(await nodeFiles.list(folder)).toEqual([]);
    },
  );

  it("leaves a file of its name as it is", async () => {
    await nodeFiles.writeNew(path, Buffer.from("mine"));

    await expect(
      writeCompressed(nodeFiles, { path, compression, content: blocksOf(LINES) }, never),
    ).rejects.toMatchObject({ code: "FILE_EXISTS" });
    expect(Buffer.from(await nodeFiles.read(path)).toString()).toBe("mine");
  });
});
