import { randomBytes } from "node:crypto";
import { createZstdCompress, gzipSync, zstdCompressSync } from "node:zlib";
import { describe, expect, it } from "vitest";
import type { Compression } from "../../src/model/compression.js";
import { decodeFrame, decodeFrameStream } from "../../src/bytes/frame-decoder.js";
import { packFrame } from "../../src/bytes/frame.js";

const CONTENT = Buffer.from('{"activityEventEntities":[]}\n'.repeat(20_000));
const FRAMES = { zstd: await packFrame(CONTENT, "zstd"), gzip: await packFrame(CONTENT, "gzip") };

/** `bytes` in pieces, so that a header or a trailer is cut. */
async function* inPieces(bytes: Uint8Array, size: number): AsyncGenerator<Uint8Array> {
  for (let at = 0; at < bytes.length; at += size) yield bytes.subarray(at, at + size);
}

async function decodeInPieces(
  frame: Uint8Array,
  compression: Compression,
  maxBytes: number,
  size: number,
): Promise<Buffer> {
  const pieces: Uint8Array[] = [];
  for await (const piece of decodeFrameStream(inPieces(frame, size), compression, maxBytes)) {
    pieces.push(Uint8Array.from(piece));
  }
  return Buffer.concat(pieces);
}

type Decode = (frame: Uint8Array, compression: Compression, maxBytes: number) => Promise<Buffer>;

const WAYS: readonly (readonly [string, Decode])[] = [
  [
    "whole",
    async (frame, compression, maxBytes) => Buffer.from(await decodeFrame(frame, compression, maxBytes)),
  ],
  ["in large pieces", (...frame) => decodeInPieces(...frame, 1 << 16)],
  ["byte by byte", (...frame) => decodeInPieces(...frame, 1)],
];

describe.each(["zstd", "gzip"] as const)("a %s frame", (compression) => {
  const frame = FRAMES[compression];
  const damaged = { code: "ARCHIVE_DAMAGED" };

  describe.each(WAYS)("decoded %s", (_, decode) => {
    it.each([
      ["a content", CONTENT],
      ["nothing", Buffer.alloc(0)],
    ])("gives %s back", async (_name, content) => {
      const decoded = await decode(await packFrame(content, compression), compression, content.length);

      expect(decoded.equals(content)).toBe(true);
    });

    it.each([
      ["one byte", Buffer.from([0])],
      ["a newline", Buffer.from("\n")],
      ["as many bytes as a gzip trailer", Buffer.alloc(8)],
      ["more than a trailer", Buffer.alloc(100, 0x41)],
      ["a second frame", frame],
      ["an empty frame", compression === "zstd" ? zstdCompressSync("") : gzipSync("")],
      ["a skippable zstd frame", Buffer.from("502a4d1804000000deadbeef", "hex")],
    ])("is refused with %s behind it", async (_name, trailing) => {
      const followed = Buffer.concat([frame, trailing]);

      await expect(decode(followed, compression, CONTENT.length * 2)).rejects.toMatchObject(damaged);
    });

    it("is refused when it holds one byte more than it may", async () => {
      await expect(decode(frame, compression, CONTENT.length - 1)).rejects.toMatchObject(damaged);
    });

    it("is refused when it is cut anywhere", async () => {
      const lengths = [0, 1, 9, 10, 11, 17, 18, frame.length - 9, frame.length - 8, frame.length - 1];

      for (const length of lengths) {
        const cut = decode(frame.subarray(0, length), compression, CONTENT.length);
        await expect(cut, `cut to ${length} bytes`).rejects.toMatchObject(damaged);
      }
    });

    it("is refused when its checksum is another", async () => {
      const altered = Buffer.from(frame);
      const place = compression === "gzip" ? altered.length - 5 : altered.length - 1;
      altered[place] = (altered[place] ?? 0) ^ 1;

      await expect(decode(altered, compression, CONTENT.length)).rejects.toMatchObject(damaged);
    });
  });

  it("is refused where the other compression is expected", async () => {
    const other = compression === "zstd" ? "gzip" : "zstd";

    for (const [, decode] of WAYS) {
      await expect(decode(frame, other, CONTENT.length)).rejects.toMatchObject(damaged);
    }
  });
});

describe("a gzip member", () => {
  it.each(WAYS)("with a name in its header is not ours, decoded %s", async (_, decode) => {
    const member = gzipSync(CONTENT);
    const named = Buffer.concat([
      member.subarray(0, 3),
      Buffer.from([0x08]),
      member.subarray(4, 10),
      Buffer.from("name\0"),
      member.subarray(10),
    ]);

    await expect(decode(named, "gzip", CONTENT.length)).rejects.toMatchObject({ code: "ARCHIVE_DAMAGED" });
  });

  it.each(WAYS)("that states another length is refused, decoded %s", async (_, decode) => {
    const member = Buffer.from(await packFrame(CONTENT, "gzip"));
    member.writeUInt32LE(CONTENT.length + 1, member.length - 4);

    await expect(decode(member, "gzip", CONTENT.length)).rejects.toMatchObject({ code: "ARCHIVE_DAMAGED" });
  });
});

it("does not unpack a bomb further than its limit allows (fault 99)", async () => {
  const bomb = await packFrame(Buffer.alloc(1 << 26), "gzip");
  let seen = 0;

  const reading = (async () => {
    for await (const piece of decodeFrameStream(inPieces(bomb, 1 << 14), "gzip", 1000)) seen += piece.length;
  })();

  await expect(reading).rejects.toMatchObject({ code: "ARCHIVE_DAMAGED" });
  expect(seen).toBeLessThanOrEqual(1000);
});

// What zstd makes of these: raw blocks, run blocks, several blocks, a frame with its content size and one without.
it.each([
  ["that cannot be compressed", randomBytes(300_000)],
  ["of one byte repeated", Buffer.alloc(300_000, 0x41)],
  ["of 256 bytes", randomBytes(256)],
  ["of 70,000 bytes", randomBytes(70_000)],
])("takes every form of zstd frame for one frame: a content %s", async (_, content) => {
  const frames = [await packFrame(content, "zstd"), zstdCompressSync(content), await streamed(content)];

  for (const frame of frames) {
    const whole = await decodeFrame(frame, "zstd", content.length);
    const inParts = await decodeInPieces(frame, "zstd", content.length, 999);
    expect([content.equals(whole), content.equals(inParts)]).toEqual([true, true]);
    const doubled = Buffer.concat([frame, frame]);
    await expect(decodeInPieces(doubled, "zstd", 2 * content.length, frame.length)).rejects.toMatchObject({
      code: "ARCHIVE_DAMAGED",
    });
  }
});

/** As sealing writes it: without the content's size, which is not known beforehand. */
async function streamed(content: Uint8Array): Promise<Buffer> {
  const encoder = createZstdCompress();
  encoder.end(content);
  return Buffer.concat(await encoder.toArray());
}
