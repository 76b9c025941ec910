import {
  appendFile,
  copyFile,
  mkdir,
  readFile,
  rename,
  rm,
  symlink,
  truncate,
  writeFile,
} from "node:fs/promises";
import { join } from "node:path";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { isWhole } from "../../src/audit/verify-archive.js";
import { zstdCompressSync, zstdDecompressSync } from "node:zlib";
import { audit, copyOf, damages } from "../support/audit-sample.js";
import { makeSampleArchive } from "../support/sample-archive.js";
import type { SampleArchive } from "../support/sample-archive.js";

const PACKAGE = "days/2026/11/18/r0001";
const PAGE = `${PACKAGE}/h01-0001.json.zst`;
const EVENTS = `${PACKAGE}/events.ndjson.zst`;

describe("a file of an archive that was tampered with", () => {
  let sample: SampleArchive;
  beforeAll(async () => {
    sample = await makeSampleArchive("zstd");
  });
  afterAll(() => sample.remove());

  it.each([
    PAGE,
    EVENTS,
    `${PACKAGE}/pages.jsonl`,
    `${PACKAGE}/SHA256SUMS`,
    `${PACKAGE}/manifest.json`,
    `${PACKAGE}/manifest.json.sig`,
    "days/2026/11/19/r0002/carried.ndjson.zst",
    "README.txt",
    "FORMAT.md",
    "archive.json",
    "head",
    "heads/000000003",
    "ledger/000/000000000.json",
    "ledger/000/000000002.json",
  ])("is named when one byte of %s is changed (fault 91)", async (path) => {
    const root = await copyOf(sample);
    const bytes = await readFile(join(root, path));
    const at = Math.floor(bytes.length / 2);
    bytes[at] = (bytes[at] ?? 0) ^ 1;
    await writeFile(join(root, path), bytes);

    const result = await audit(root, { level: "content" });

    expect(damages(result).some((finding) => finding.includes(path))).toBe(true);
    expect(isWhole(result)).toBe(false);
  });

  it.each([
    PAGE,
    EVENTS,
    `${PACKAGE}/manifest.json`,
    `${PACKAGE}/manifest.json.sig`,
    `${PACKAGE}/SHA256SUMS`,
    "README.txt",
    "heads/000000003",
    "ledger/000/000000002.json",
  ])("is named when %s is deleted (fault 91)", async (path) => {
    const root = await copyOf(sample);
    await rm(join(root, path));

    const found = damages(await audit(root));

    expect(found.some((finding) => finding.endsWith(` ${path}`))).toBe(true);
  });

  it("is named when two pages are swapped (fault 91)", async () => {
    const root = await copyOf(sample);
    const other = `${PACKAGE}/h01-0002.json.zst`;
    await rename(join(root, PAGE), join(root, "kept"));
    await rename(join(root, other), join(root, PAGE));
    await rename(join(root, "kept"), join(root, other));

    const found = damages(await audit(root));

    expect(found).toEqual([`FILE_SIZE ${PAGE}`, `FILE_SIZE ${other}`]);
  });

  it("is named when a page is duplicated under the next number (fault 91)", async () => {
    const root = await copyOf(sample);
    await copyFile(join(root, PAGE), join(root, PACKAGE, "h01-0003.json.zst"));

    expect(damages(await audit(root))).toEqual([`FILE_FOREIGN ${PACKAGE}/h01-0003.json.zst`]);
  });

  it("is named under both names when it is renamed (fault 91)", async () => {
    const root = await copyOf(sample);
    await rename(join(root, EVENTS), join(root, PACKAGE, "events.ndjson"));

    expect(damages(await audit(root))).toEqual([
      `FILE_MISSING ${EVENTS}`,
      `FILE_FOREIGN ${PACKAGE}/events.ndjson`,
    ]);
  });

  it.each([
    "extra.txt",
    "days/note",
    "ledger/000/1.json",
    "heads/x",
    "keys/00000000.pem",
    "days/2026/11/18/notes.txt",
  ])("is named when %s is added (fault 91)", async (path) => {
    const root = await copyOf(sample);
    await writeFile(join(root, path), "x");

    expect(damages(await audit(root)).some((finding) => finding.endsWith(` ${path}`))).toBe(true);
  });

  it("names a whole package that was added, once", async () => {
    const root = await copyOf(sample);
    await mkdir(join(root, "days/2026/11/16/r0001"), { recursive: true });
    for (const name of ["manifest.json", "manifest.json.sig", "events.ndjson.zst"]) {
      await copyFile(join(root, PACKAGE, name), join(root, "days/2026/11/16/r0001", name));
    }

    expect(damages(await audit(root))).toEqual(["PACKAGE_FOREIGN days/2026/11/16/r0001"]);
  });

  it("is named when it is a symbolic link, though the link leads to the right bytes (fault 91)", async () => {
    const root = await copyOf(sample);
    await rm(join(root, EVENTS));
    await symlink(join(sample.root, EVENTS), join(root, EVENTS));

    expect(damages(await audit(root))).toEqual([`FILE_UNREADABLE ${EVENTS}`]);
  });

  it("is named when a folder on the way to it is a symbolic link (fault 91)", async () => {
    const root = await copyOf(sample);
    await rm(join(root, PACKAGE), { recursive: true });
    await symlink(join(sample.root, PACKAGE), join(root, PACKAGE));

    const found = damages(await audit(root));

    expect(found).toContain(`FILE_FOREIGN ${PACKAGE}`);
    expect(found).toContain(`FILE_UNREADABLE ${PACKAGE}/manifest.json`);
  });

  it("is named when its tail is cut off (fault 91)", async () => {
    const root = await copyOf(sample);
    await truncate(join(root, EVENTS), 40);

    expect(damages(await audit(root))).toEqual([`FILE_SIZE ${EVENTS}`]);
    expect(damages(await audit(root, { level: "content" }))).toContain(`CONTENT_BROKEN ${EVENTS}`);
  });

  it("is named when a second frame is behind the first", async () => {
    const root = await copyOf(sample);
    await appendFile(join(root, EVENTS), zstdCompressSync("{}\n"));

    expect(damages(await audit(root, { level: "content" }))).toContain(`CONTENT_BROKEN ${EVENTS}`);
  });

  it("is told from its content at level content when it was compressed anew", async () => {
    const root = await copyOf(sample);
    const lines = zstdDecompressSync(await readFile(join(root, EVENTS)));
    await writeFile(join(root, EVENTS), zstdCompressSync(lines));

    const found = damages(await audit(root, { level: "content" }));

    expect(found).toContain(`FILE_HASH ${EVENTS}`);
    expect(found).not.toContain(`CONTENT_HASH ${EVENTS}`);
  });
});
