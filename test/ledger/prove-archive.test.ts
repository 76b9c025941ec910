import { appendFile, copyFile, mkdir, readFile, rename, rm, symlink, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { describe, expect, it } from "vitest";
import { nodeFiles } from "../../src/io/node-files.js";
import { PROOF_LASTS_MS } from "../../src/ledger/prove-archive.js";
import { entryPath } from "../../src/model/ledger-entry.js";
import type { OpenTestArchive } from "../support/archive-fixture.js";
import {
  day,
  fixedClock,
  openTestArchive,
  proveTestArchive,
  sealPackage,
  sealedTestArchive,
  temporaryFolder,
} from "../support/archive-fixture.js";

const DAY = day("2026-11-20");
const OTHER = day("2026-11-19");
const PACKAGE = "days/2026/11/20/r0001";

const TAMPERINGS: readonly (readonly [string, (folder: string) => Promise<unknown>])[] = [
  ["a page edited", (folder) => writeFile(join(folder, "h00-0001.json.zst"), "page of 2026-11-20 2")],
  ["a page longer", (folder) => appendFile(join(folder, "h00-0001.json.zst"), "x")],
  ["the events deleted", (folder) => rm(join(folder, "events.ndjson.zst"))],
  [
    "two files swapped",
    (folder) => swap(join(folder, "events.ndjson.zst"), join(folder, "h00-0001.json.zst")),
  ],
  ["a file doubled", (folder) => copyFile(join(folder, "pages.jsonl"), join(folder, "pages-2.jsonl"))],
  ["a file renamed", (folder) => rename(join(folder, "pages.jsonl"), join(folder, "page.jsonl"))],
  ["an extra folder", (folder) => mkdir(join(folder, "more"))],
  ["a file replaced by a link to the same bytes", (folder) => linkAway(join(folder, "pages.jsonl"))],
  ["the manifest edited", (folder) => appendFile(join(folder, "manifest.json"), " ")],
  ["the manifest deleted", (folder) => rm(join(folder, "manifest.json"))],
  ["the signature edited", (folder) => writeFile(join(folder, "manifest.json.sig"), Buffer.alloc(64, 7))],
  ["the signature longer", (folder) => appendFile(join(folder, "manifest.json.sig"), "x")],
  ["the sums edited", (folder) => appendFile(join(folder, "SHA256SUMS"), "x")],
  ["the sums deleted", (folder) => rm(join(folder, "SHA256SUMS"))],
  ["the whole package deleted", (folder) => rm(folder, { recursive: true })],
  ["another day's package in its place", (folder) => replaceBy(folder, join(folder, "../../19/r0001"))],
];

async function swap(one: string, other: string): Promise<void> {
  const bytes = await readFile(one);
  await copyFile(other, one);
  await writeFile(other, bytes);
}

async function linkAway(path: string): Promise<void> {
  const elsewhere = join(path, "../../../elsewhere");
  await rename(path, elsewhere);
  await symlink(elsewhere, path);
}

async function replaceBy(folder: string, other: string): Promise<void> {
  await rm(folder, { recursive: true });
  await rename(other, folder);
}

/** With the clock that much further on. */
function later(ms: number): OpenTestArchive {
  return { clock: { ...fixedClock, now: () => fixedClock.now() + ms } };
}

describe("the proof before work", () => {
  it.each(TAMPERINGS)(
    "refuses a sealed package with %s, and changes nothing (fault 91)",
    async (_, tamper) => {
      const root = await sealedTestArchive(OTHER, DAY);
      await tamper(join(root, PACKAGE));
      const head = await readFile(join(root, "head"), "utf8");

      await expect(proveTestArchive(root)).rejects.toMatchObject({
        code: "ARCHIVE_DAMAGED",
        kind: "integrity",
      });
      expect(await readFile(join(root, "head"), "utf8")).toBe(head);
    },
  );

  it("takes a delivered package that is there in part for damage", async () => {
    const root = await temporaryFolder();
    const archive = await openTestArchive(root);
    const manifest = await sealPackage(nodeFiles, root, archive, { day: DAY });
    const seal = { day: DAY, revision: 1, manifest_sha256: manifest };
    await archive.ledger.append({ type: "sink-delivered", sink: "vault", records: 1, ...seal }, "daybook");
    await rm(join(root, PACKAGE, "pages.jsonl"));

    await expect(proveTestArchive(root)).rejects.toMatchObject({ code: "ARCHIVE_DAMAGED" });
  });

  it("takes a package for damage when only its sums and sealed manifest were forged together", async () => {
    const root = await sealedTestArchive(OTHER, DAY);
    const folder = join(root, PACKAGE);
    const manifest = await readFile(join(folder, "manifest.json"), "utf8");
    const { signer } = await openTestArchive(root);
    const forged = Buffer.from(manifest.replace('"revision": 1', '"revision": 2'));
    await writeFile(join(folder, "manifest.json"), forged);
    await writeFile(join(folder, "manifest.json.sig"), signer.sign(forged));

    await expect(proveTestArchive(root)).rejects.toMatchObject({ code: "ARCHIVE_DAMAGED" });
  });

  it("reads the whole ledger again after a week, and not before", async () => {
    const root = await temporaryFolder();
    const { ledger } = await openTestArchive(root);
    const lost = { type: "day-lost", day: DAY, reason: "passed the horizon" } as const;
    for (let count = 0; count < 70; count += 1) await ledger.append(lost, "daybook");

    const proved = await proveTestArchive(root, later(PROOF_LASTS_MS));
    expect(proved.ledger.provedAt).toBe(fixedClock.now() + PROOF_LASTS_MS);

    // Before the checkpoint, where a start does not look.
    await appendFile(join(root, entryPath(7)), " ");
    await proveTestArchive(root, later(2 * PROOF_LASTS_MS - 1));
    await expect(proveTestArchive(root, later(2 * PROOF_LASTS_MS))).rejects.toMatchObject({
      code: "ARCHIVE_DAMAGED",
    });
  });
});
