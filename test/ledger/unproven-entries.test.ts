import { copyFile, readFile, readdir, rm, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { describe, expect, it } from "vitest";
import { nodeFiles } from "../../src/io/node-files.js";
import { signEntry } from "../../src/ledger/entry-format.js";
import { readArchive } from "../../src/ledger/open-archive.js";
import { readWholeLedger } from "../../src/ledger/read-ledger.js";
import { entryPath, headPath } from "../../src/model/ledger-entry.js";
import type { LedgerEntry } from "../../src/model/ledger-entry.js";
import { sha256Hex } from "../../src/model/sha256.js";
import {
  NEVER,
  ARCHIVE_ID,
  TEST_KEY,
  day,
  openTestArchive,
  temporaryFolder,
} from "../support/archive-fixture.js";
import { storedEntries } from "../support/stored-entries.js";

const ORIGIN = `daybook/${ARCHIVE_ID}`;
const LOST = { type: "day-lost", day: day("2026-10-01"), reason: "passed the horizon" } as const;

/** An archive of so many entries; 64 and more have a checkpoint. */
async function archiveOf(entries: number): Promise<string> {
  const root = await temporaryFolder();
  const { ledger } = await openTestArchive(root);
  while (ledger.size < entries) await ledger.append(LOST, "daybook");
  return root;
}

/** The next entry as somebody without the key can write it: all but the signature is right. */
async function forgedEntry(root: string, seq: number): Promise<string> {
  const entry: LedgerEntry = {
    seq,
    prev: sha256Hex(await readFile(join(root, entryPath(seq - 1)))),
    time: "2026-11-21T12:00:00.000Z",
    actor: "daybook",
    ...LOST,
    day: day("2026-10-05"),
  };
  const signed = Buffer.from(signEntry(entry, TEST_KEY.signerFor(ORIGIN))).toString();
  return signed.replace(/("signature": ")..../, "$1AAAA");
}

const FORGERIES: readonly (readonly [string, (root: string, seq: number) => Promise<string>])[] = [
  ["has another signature", forgedEntry],
  [
    "has no signature",
    async (root, seq) => (await forgedEntry(root, seq)).replace(/,\n {2}"signature": ".*"/, ""),
  ],
  ["is no entry at all", async () => "x"],
];

describe("an entry beyond the newest head", () => {
  it("is completed when the archive's key has signed it, without the key's help", async () => {
    const root = await archiveOf(5);
    await rm(join(root, headPath(5)));
    await copyFile(join(root, headPath(4)), join(root, "head"));

    const { ledger, recovered } = await openTestArchive(root);

    expect(recovered).toEqual([`wrote ${headPath(5)}`, "wrote head"]);
    expect(ledger.size).toBe(6);
  });

  describe.each([5, 70])("of %i entries", (size) => {
    it.each(FORGERIES)("does not count when it %s", async (_, forge) => {
      const root = await archiveOf(size);
      await writeFile(join(root, entryPath(size)), await forge(root, size));

      for (const ledger of [
        (await readArchive(nodeFiles, root, NEVER)).ledger,
        await readWholeLedger({ files: nodeFiles, root, origin: ORIGIN }, NEVER),
      ]) {
        expect(ledger).toMatchObject({ size, headSize: size, unproven: 1 });
        expect(ledger.index.days.has(day("2026-10-05"))).toBe(false);
      }
    });
  });

  it.each(FORGERIES)(
    "is set aside when it %s, said by an act and an error, and never signed",
    async (_, forge) => {
      const root = await archiveOf(5);
      const forged = await forge(root, 5);
      await writeFile(join(root, entryPath(5)), forged);

      await expect(openTestArchive(root)).rejects.toMatchObject({
        code: "ARCHIVE_DAMAGED",
        kind: "integrity",
      });

      expect(await readFile(join(root, "quarantine/entry-000000005.json"), "utf8")).toBe(forged);
      const { ledger, recovered } = await openTestArchive(root);
      expect(recovered).toEqual([]);
      expect(ledger.index.days.has(day("2026-10-05"))).toBe(false);
      expect((await storedEntries(nodeFiles, root)).slice(5)).toMatchObject([
        { type: "incident", day: null, code: "ENTRY_NOT_SIGNED" },
      ]);
    },
  );

  it("is set aside with those after it", async () => {
    const root = await archiveOf(5);
    await writeFile(join(root, entryPath(5)), await forgedEntry(root, 5));
    await writeFile(join(root, entryPath(6)), await forgedEntry(root, 6));

    await expect(openTestArchive(root)).rejects.toMatchObject({ code: "ARCHIVE_DAMAGED" });

    expect(await readdir(join(root, "quarantine"))).toEqual(["entry-000000005.json", "entry-000000006.json"]);
    expect((await openTestArchive(root)).ledger.size).toBe(6);
  });
});
