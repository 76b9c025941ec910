import { copyFile, mkdir, readFile, rename, rm, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { describe, expect, it } from "vitest";
import { nodeFiles } from "../../src/io/node-files.js";
import { prunePackage } from "../../src/ledger/prune-package.js";
import { headPath } from "../../src/model/ledger-entry.js";
import {
  day,
  openTestArchive,
  placePackage,
  sealPackage,
  sealedTestArchive,
  temporaryFolder,
} from "../support/archive-fixture.js";
import { storedEntries } from "../support/stored-entries.js";

const DAY = day("2026-11-20");
const OTHER = day("2026-11-19");
const PACKAGE = "days/2026/11/20/r0001";

describe("the start of an archive", () => {
  it("refuses an archive that has lost a package, and changes nothing (fault 91)", async () => {
    const root = await sealedTestArchive(OTHER, DAY);
    await rm(join(root, PACKAGE), { recursive: true });
    await writeFile(join(root, "staging", "leftover"), "x");
    const head = await readFile(join(root, "head"), "utf8");

    await expect(openTestArchive(root)).rejects.toMatchObject({ code: "ARCHIVE_DAMAGED", kind: "integrity" });
    expect(await readFile(join(root, "head"), "utf8")).toBe(head);
    expect(await nodeFiles.list(join(root, "staging"))).toEqual(["leftover"]);
  });

  it("does nothing to an archive in order", async () => {
    const root = await sealedTestArchive(OTHER, DAY);

    const { recovered, ledger } = await openTestArchive(root);

    expect(recovered).toEqual([]);
    expect(ledger.size).toBe(3);
  });

  it("commits a whole package without its entry", async () => {
    const root = await temporaryFolder();
    const manifestSha256 = await placePackage(nodeFiles, root, await openTestArchive(root), { day: DAY });

    const { recovered } = await openTestArchive(root);

    expect(recovered).toEqual([`committed ${PACKAGE}`]);
    expect((await storedEntries(nodeFiles, root)).slice(1)).toMatchObject([
      { type: "day-sealed", day: DAY, revision: 1, manifest_sha256: manifestSha256 },
      { type: "recovery-performed", steps: recovered },
    ]);
    expect((await openTestArchive(root)).recovered).toEqual([]);
  });

  it("commits packages without their entries in the order in which they were sealed, whatever their days", async () => {
    const root = await temporaryFolder();
    const archive = await openTestArchive(root);
    const first = await placePackage(nodeFiles, root, archive, { day: DAY });
    await placePackage(nodeFiles, root, archive, { day: OTHER, previous: first });

    const { recovered } = await openTestArchive(root);

    expect(recovered).toEqual([`committed ${PACKAGE}`, "committed days/2026/11/19/r0001"]);
  });

  it("sets a damaged package without an entry aside, twice under two names", async () => {
    const root = await temporaryFolder();
    for (const name of ["2026-11-20-r0001", "2026-11-20-r0001-2"]) {
      await placePackage(nodeFiles, root, await openTestArchive(root), { day: DAY });
      await rm(join(root, PACKAGE, "pages.jsonl"));

      const { recovered } = await openTestArchive(root);

      expect(recovered).toEqual([
        `moved ${PACKAGE} to quarantine/${name}: ${PACKAGE}/pages.jsonl: found nothing, expected a file`,
      ]);
      expect((await storedEntries(nodeFiles, root)).at(-1)).toMatchObject({ type: "recovery-performed" });
      expect(await nodeFiles.list(join(root, "quarantine", name))).toContain("manifest.json");
    }
  });

  it("sets a package aside that is whole but not the archive's next", async () => {
    const root = await sealedTestArchive(OTHER, DAY);
    const archive = await openTestArchive(root);
    await placePackage(nodeFiles, root, archive, { day: day("2026-11-18"), previous: "ab".repeat(32) });
    await placePackage(nodeFiles, root, archive, { day: DAY, revision: 3 });

    const { recovered } = await openTestArchive(root);

    expect(recovered.map((step) => step.split(":")[0])).toEqual([
      "moved days/2026/11/18/r0001 to quarantine/2026-11-18-r0001",
      "moved days/2026/11/20/r0003 to quarantine/2026-11-20-r0003",
    ]);
  });

  it("sets aside the package of another archive", async () => {
    const root = await temporaryFolder();
    const foreignRoot = await temporaryFolder();
    const foreign = await openTestArchive(foreignRoot, { archiveId: "11111111-2222-4333-8444-555555555555" });
    await placePackage(nodeFiles, foreignRoot, foreign, { day: DAY });
    await openTestArchive(root);
    await nodeFiles.makeFolder(join(root, "days/2026/11/20"));
    await rename(join(foreignRoot, PACKAGE), join(root, PACKAGE));

    const { recovered } = await openTestArchive(root);

    expect(recovered.map((step) => step.split(":")[0])).toEqual([
      `moved ${PACKAGE} to quarantine/2026-11-20-r0001`,
    ]);
  });

  it("writes the head that a crash prevented", async () => {
    const root = await sealedTestArchive(OTHER, DAY);
    await rm(join(root, headPath(3)));
    await copyFile(join(root, headPath(2)), join(root, "head"));

    const { recovered, ledger } = await openTestArchive(root);

    expect(recovered).toEqual([`wrote ${headPath(3)}`, "wrote head"]);
    expect(ledger.size).toBe(4);
  });

  it("removes what was being written", async () => {
    const root = await sealedTestArchive(OTHER, DAY);
    await mkdir(join(root, "staging/package"));
    await writeFile(join(root, "staging/package/h00-0001.json.zst"), "half");

    const { recovered } = await openTestArchive(root);

    expect(recovered).toEqual(["removed staging/package"]);
    expect(await nodeFiles.list(join(root, "staging"))).toEqual([]);
  });

  it("misses no package that was delivered and pruned", async () => {
    const root = await temporaryFolder();
    const archive = await openTestArchive(root);
    const manifest = await sealPackage(nodeFiles, root, archive, { day: DAY });
    const seal = { day: DAY, revision: 1, manifest_sha256: manifest };
    await archive.ledger.append({ type: "sink-delivered", sink: "vault", records: 1, ...seal }, "daybook");
    await prunePackage(nodeFiles, root, DAY, 1);

    expect((await openTestArchive(root)).recovered).toEqual([]);
  });
});
