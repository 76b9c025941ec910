import { mkdir, mkdtemp, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { describe, expect, it, onTestFinished } from "vitest";
import { nodeFiles } from "../../src/io/node-files.js";
import { readStamp } from "../../src/io/stamp-file.js";

async function freshPath(): Promise<string> {
  const folder = await mkdtemp(join(tmpdir(), "daybook-stamp-"));
  onTestFinished(() => rm(folder, { recursive: true }));
  return join(folder, "stamp.json");
}

async function stampOf(content: string | Uint8Array): Promise<unknown> {
  const path = await freshPath();
  await writeFile(path, content);
  return readStamp(nodeFiles, path);
}

describe("a stamp file", () => {
  it("is the object in it", async () => {
    expect(await stampOf('{"a":1}\n')).toEqual({ a: 1 });
  });

  it.each([
    ["nothing", ""],
    ["half an object", '{"a":'],
    ["null", "null"],
    ["a list", "[1]"],
    ["a text", '"a"'],
    ["bytes that are not UTF-8", Uint8Array.of(0x7b, 0xff, 0x7d)],
    ["more than 64 KiB", `{"a":"${"x".repeat(65_536)}"}`],
  ])("counts as none where it holds %s", async (_what, content) => {
    expect(await stampOf(content)).toBeUndefined();
  });

  it("counts as none where it is absent or a folder", async () => {
    const path = await freshPath();
    expect(await readStamp(nodeFiles, path)).toBeUndefined();

    await mkdir(path);
    expect(await readStamp(nodeFiles, path)).toBeUndefined();
  });
});
