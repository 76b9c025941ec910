import { describe, expect, it } from "vitest";
import { decodeFrame } from "../../src/bytes/frame-decoder.js";
import { packFrame } from "../../src/bytes/frame.js";

const CONTENT = Buffer.from('{"activityEventEntities":[]}\n'.repeat(1000));

describe.each(["zstd", "gzip"] as const)("a %s frame", (compression) => {
  it.each([
    ["a page", CONTENT],
    ["nothing", Buffer.alloc(0)],
  ])("gives its content back: %s", async (_, content) => {
    const frame = await packFrame(content, compression);

    expect(Buffer.from(await decodeFrame(frame, compression, content.length))).toEqual(content);
  });

  it("has the same bytes every time", async () => {
    expect(await packFrame(CONTENT, compression)).toEqual(await packFrame(CONTENT, compression));
  });

  it("shows a changed bit", async () => {
    const frame = Buffer.from(await packFrame(CONTENT, compression));
    const place = frame.length - 6;
    frame[place] = (frame[place] ?? 0) ^ 1;

    await expect(decodeFrame(frame, compression, CONTENT.length)).rejects.toMatchObject({
      code: "ARCHIVE_DAMAGED",
    });
  });
});

it("names no operating system, no file and no time in gzip", async () => {
  const header = Buffer.from(await packFrame(CONTENT, "gzip")).subarray(0, 10);

  expect(header.toString("hex")).toMatch(/^1f8b080000000000..ff$/);
});
