import { appendFile, copyFile, mkdir, readFile, rename, rm, symlink, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { describe, expect, it } from "vitest";
import { nodeFiles } from "../../src/io/node-files.js";
import { readArchive } from "../../src/ledger/open-archive.js";
import { entryPath, headPath } from "../../src/model/ledger-entry.js";
import { sha256Hex } from "../../src/model/sha256.js";
import {
  NEVER,
  ARCHIVE_ID,
  TEST_KEY,
  day,
  openTestArchive,
  temporaryFolder,
} from "../support/archive-fixture.js";

/** An archive of five entries. */
async function archiveOfFive(): Promise<string> {
  const root = await temporaryFolder();
  const { ledger } = await openTestArchive(root);
  for (const date of ["2026-10-01", "2026-10-02", "2026-10-03", "2026-10-04"]) {
    await ledger.append({ type: "day-lost", day: day(date), reason: "passed the horizon" }, "daybook");
  }
  return root;
}

const keyFile = `keys/${TEST_KEY.signerFor(`daybook/${ARCHIVE_ID}`).keyId}.pem`;

const TAMPERINGS: readonly (readonly [string, (root: string) => Promise<unknown>])[] = [
  ["an edited entry", (root) => edit(root, entryPath(2), "2026-10-02", "2026-10-09")],
  ["an edited newest entry", (root) => edit(root, entryPath(4), "2026-10-04", "2026-10-09")],
  ["a deleted entry", (root) => rm(join(root, entryPath(2)))],
  ["two entries swapped", (root) => swap(root, entryPath(2), entryPath(3))],
  [
    "an entry doubled under the next number",
    (root) => copyFile(join(root, entryPath(4)), join(root, entryPath(5))),
  ],
  ["an entry renamed", (root) => rename(join(root, entryPath(4)), join(root, "ledger/000/4.json"))],
  ["an extra file in the ledger", (root) => writeFile(join(root, "ledger/000/000000000.json.bak"), "")],
  ["an extra folder in the ledger", (root) => mkdir(join(root, "ledger/000/x"))],
  ["a symlink to nowhere for an entry", (root) => replaceByLink(root, entryPath(4))],
  ["the whole ledger deleted", (root) => rm(join(root, "ledger"), { recursive: true })],
  ["an entry of another form", (root) => writeFile(join(root, entryPath(4)), "[]\n")],
  ["the ledger's tail cut (fault 92)", (root) => rm(join(root, entryPath(4)))],
  ["the tail cut with its head, an older head put back (fault 92)", (root) => cutTail(root, 1)],
  ["two of the tail cut with their heads, but head left (fault 92)", (root) => cutHeads(root)],
  ["an older head put back", (root) => copyFile(join(root, headPath(3)), join(root, "head"))],
  ["the newest head deleted with the one before it", (root) => rm(join(root, headPath(4)))],
  ["an edited head", (root) => edit(root, headPath(5), "\n5\n", "\n6\n")],
  ["an edited copy of the head", (root) => edit(root, "head", "\n5\n", "\n6\n")],
  [
    "the head of another size under the newest name",
    (root) => copyFile(join(root, headPath(4)), join(root, headPath(5))),
  ],
  ["README.txt altered", (root) => appendFile(join(root, "README.txt"), "x")],
  ["FORMAT.md deleted", (root) => rm(join(root, "FORMAT.md"))],
  [
    "the key replaced (fault 93)",
    (root) => writeFile(join(root, keyFile), TEST_KEY.publicPem.replace("A", "B")),
  ],
  ["the key replaced by a link", (root) => replaceByLink(root, keyFile)],
  ["archive.json altered", (root) => edit(root, "archive.json", "2026-11-21", "2026-11-22")],
];

async function edit(root: string, path: string, from: string, to: string): Promise<void> {
  const text = await readFile(join(root, path), "utf8");
  await writeFile(join(root, path), text.replace(from, to));
}

async function swap(root: string, one: string, other: string): Promise<void> {
  await rename(join(root, one), join(root, "swap"));
  await rename(join(root, other), join(root, one));
  await rename(join(root, "swap"), join(root, other));
}

async function replaceByLink(root: string, path: string): Promise<void> {
  await rename(join(root, path), join(root, "elsewhere"));
  await symlink(join(root, "elsewhere"), join(root, path));
  if (path.startsWith("ledger/")) await rm(join(root, "elsewhere"));
}

/** Cuts entry and copies an older head, but heads/ still has the newer one. */
async function cutTail(root: string, count: number): Promise<void> {
  for (let seq = 5 - count; seq < 5; seq += 1) await rm(join(root, entryPath(seq)));
  await copyFile(join(root, headPath(5 - count)), join(root, "head"));
}

/** Cuts two entries and the files of their heads; the copy called `head` still tells. */
async function cutHeads(root: string): Promise<void> {
  for (const seq of [3, 4]) {
    await rm(join(root, entryPath(seq)));
    await rm(join(root, headPath(seq + 1)));
  }
}

describe("reading a ledger", () => {
  it.each(TAMPERINGS)("refuses %s (fault 91)", async (_, tamper) => {
    const root = await archiveOfFive();
    await tamper(root);

    await expect(readArchive(nodeFiles, root, NEVER)).rejects.toMatchObject({
      code: "ARCHIVE_DAMAGED",
      kind: "integrity",
    });
    await expect(openTestArchive(root)).rejects.toMatchObject({ code: "ARCHIVE_DAMAGED" });
  });

  it("accepts an archive that nobody touched", async () => {
    const root = await archiveOfFive();

    const { ledger } = await readArchive(nodeFiles, root, NEVER);

    expect(ledger.size).toBe(5);
    expect([...ledger.index.days.keys()]).toHaveLength(4);
    expect(ledger.lastHash).toBe(sha256Hex(await readFile(join(root, entryPath(4)))));
  });

  it("accepts a ledger one entry ahead of its newest head, which a crash leaves", async () => {
    const root = await archiveOfFive();
    await rm(join(root, headPath(5)));
    await copyFile(join(root, headPath(4)), join(root, "head"));

    expect((await readArchive(nodeFiles, root, NEVER)).ledger).toMatchObject({
      headSize: 4,
      cachedHeadSize: 4,
    });
  });

  it("says of an entry of an unknown type that a newer version wrote it (fault 65)", async () => {
    const root = await archiveOfFive();
    await edit(root, entryPath(4), "day-lost", "day-blessed");

    await expect(readArchive(nodeFiles, root, NEVER)).rejects.toMatchObject({
      code: "ARCHIVE_TOO_NEW",
      kind: "integrity",
    });
  });

  it("says of another format that a newer version wrote it (fault 65)", async () => {
    const root = await archiveOfFive();
    await edit(root, "archive.json", "daybook/1", "daybook/2");

    await expect(readArchive(nodeFiles, root, NEVER)).rejects.toMatchObject({ code: "ARCHIVE_TOO_NEW" });
  });

  it("ends with the signal's reason once that aborts", async () => {
    const root = await archiveOfFive();
    const reason = new Error("stopped");

    await expect(readArchive(nodeFiles, root, AbortSignal.abort(reason))).rejects.toBe(reason);
    await expect(openTestArchive(root, {}, AbortSignal.abort(reason))).rejects.toBe(reason);
  });

  it("finds no archive in an empty folder", async () => {
    await expect(readArchive(nodeFiles, await temporaryFolder(), NEVER)).rejects.toMatchObject({
      code: "ARCHIVE_NOT_FOUND",
      kind: "absent",
    });
  });
});
