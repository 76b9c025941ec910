import { execFileSync } from "node:child_process";
import { createHash } from "node:crypto";
import { rm } from "node:fs/promises";
import { afterEach, beforeEach, expect, it } from "vitest";
import { nodeFiles } from "../../src/io/node-files.js";
import { SortedLines } from "../../src/verify/sorted-lines.js";
import { tempArchive } from "../support/spooled-reading.js";

let folder: string;
let work: string;

beforeEach(async () => {
  ({ folder, work } = await tempArchive());
});

afterEach(() => rm(folder, { recursive: true }));

function sortedHash(lines: string): string {
  const sorted = execFileSync("sort", { input: lines, env: { ...process.env, LC_ALL: "C" } });
  return createHash("sha256").update(sorted).digest("hex");
}

function objects(count: number): string {
  return Array.from(
    { length: count },
    (_, index) => `{"Id":"${(index * 7919) % count}é","x":"${"y".repeat(index % 50)}"}\n`,
  ).join("");
}

it.each([1 << 20, 4000, 100])(
  "hashes lines in the order of LC_ALL=C sort, in runs of %i bytes",
  async (runBytes) => {
    const blocks = [objects(300), objects(70), '{"Id":"\u{10ffff}"}\n{"Id":"\uffee"}\n'];
    const sorted = new SortedLines({ files: nodeFiles, folder: `${work}/runs`, runBytes });

    for (const block of blocks) await sorted.add(Buffer.from(block));

    expect(sorted.lines).toBe(372);
    expect(await sorted.sha256()).toBe(sortedHash(blocks.join("")));
    expect(await nodeFiles.list(work)).toEqual([]);
  },
);

it("merges in several rounds when there are many runs", async () => {
  const lines = objects(400);
  const sorted = new SortedLines({ files: nodeFiles, folder: `${work}/runs`, runBytes: 200 });

  for (const line of lines.split(/(?<=\n)/)) await sorted.add(Buffer.from(line));

  expect(await sorted.sha256()).toBe(sortedHash(lines));
});

it("hashes no lines at all as nothing", async () => {
  const sorted = new SortedLines({ files: nodeFiles, folder: `${work}/runs` });

  expect(await sorted.sha256()).toBe(sortedHash(""));
});
