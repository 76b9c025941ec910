import { describe, expect, it } from "vitest";
import { decodeFrame } from "../../src/bytes/frame-decoder.js";
import { packFrame } from "../../src/bytes/frame.js";

const CONTENT = Buffer.from('{"activityEventEntities":[]}\n'.repeat(1000));

describe.each(["zstd", "gzip"] as const)("a %s frame", (compression) => {
  it.each([
    ["a page", CONTENT],
    ["nothing", Buffer.alloc(0)],
  ])("gives its content back: %s", (_, content) => {
    const frame = packFrame(content, compression);

    expect(Buffer.from(decodeFrame(frame, compression, content.length))).toEqual(content);
  });

  it("has the same bytes every time", () => {
    expect(packFrame(CONTENT, compression)).toEqual(packFrame(CONTENT, compression));
  });

  it("shows a changed bit", () => {
    const frame = Buffer.from(packFrame(CONTENT, compression));
    const place = frame.length - 6;
    frame[place] = (frame[place] ?? 0) ^ 1;

    expect(() => decodeFrame(frame, compression, CONTENT.length)).toThrow(
      expect.objectContaining({ code: "ARCHIVE_DAMAGED" }),
    );
  });
});

it("names no operating system, no file and no time in gzip", () => {
  const header = Buffer.from(packFrame(CONTENT, "gzip")).subarray(0, 10);

  expect(header.toString("hex")).toMatch(/^1f8b080000000000..ff$/);
});
