import { mkdir, readFile, rm, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { afterAll, beforeAll, expect, it } from "vitest";
import { nodeFiles } from "../../src/io/node-files.js";
import { readDocuments } from "../../src/ledger/archive-tree.js";
import { openArchive } from "../../src/ledger/open-archive.js";
import { sha256Hex } from "../../src/model/sha256.js";
import { stableJson } from "../../src/model/stable-json.js";
import { day, fixedClock } from "../support/archive-fixture.js";
import { audit, copyOf, damages } from "../support/audit-sample.js";
import { SAMPLE_KEY, makeSampleArchive } from "../support/sample-archive.js";
import type { SampleArchive } from "../support/sample-archive.js";

const FOLDER = "days/2026/11/18/r0001";

let sample: SampleArchive;
beforeAll(async () => {
  sample = await makeSampleArchive("zstd");
});
afterAll(() => sample.remove());

/** Destroys 2026-11-18 as docs/FORMAT.md section 10 says, and returns the archive's folder. */
async function disposed(): Promise<string> {
  const root = await copyOf(sample);
  for (const folder of ["staging", "spool", "quarantine"]) await mkdir(join(root, folder));
  const { ledger, signer, identity } = await openArchive({
    files: nodeFiles,
    clock: fixedClock,
    root,
    tenantId: "8d5b3f6e-2f0c-4f7e-9a51-3f1f0f6f2a11",
    signingKey: SAMPLE_KEY,
    documents: await readDocuments(nodeFiles),
  });
  const manifest = await readFile(join(root, FOLDER, "manifest.json"));
  const tombstone = stableJson({
    format: "daybook/1",
    archive_id: identity.archiveId,
    day: "2026-11-18",
    revision: 1,
    manifest_sha256: sha256Hex(manifest),
    disposed_at: "2033-11-22T00:00:00.000Z",
    schedule: "FIN-07",
    key_id: signer.keyId,
  });
  const signature = await readFile(join(root, FOLDER, "manifest.json.sig"));
  await ledger.append(
    { type: "disposed", day: day("2026-11-18"), revision: 1, tombstone_sha256: sha256Hex(tombstone) },
    "ines",
  );
  await rm(join(root, FOLDER), { recursive: true });
  await mkdir(join(root, FOLDER));
  await writeFile(join(root, FOLDER, "manifest.json"), manifest);
  await writeFile(join(root, FOLDER, "manifest.json.sig"), signature);
  await writeFile(join(root, FOLDER, "tombstone.json"), tombstone);
  await writeFile(join(root, FOLDER, "tombstone.json.sig"), signer.sign(tombstone));
  return root;
}

it("finds an archive whole after a disposal that the ledger knows", async () => {
  const result = await audit(await disposed(), { level: "deep" });

  expect(damages(result)).toEqual([]);
});

it("notices what was left of a destroyed revision", async () => {
  const root = await disposed();
  await writeFile(join(root, FOLDER, "pages.jsonl"), "");

  const result = await audit(root);

  expect(result.findings.map(({ code, subject }) => `${code} ${subject}`)).toContain(
    `DISPOSED_REMAINS ${FOLDER}/pages.jsonl`,
  );
  expect(damages(result)).toEqual([]);
});

it("names a tombstone that was exchanged for another (fault 94)", async () => {
  const root = await disposed();
  const other = Buffer.from('{"format":"daybook/1"}\n');
  const signer = SAMPLE_KEY.signerFor("daybook/0b9ff1c2-5a3e-4d0b-8d7e-1f2a3b4c5d6e");
  await writeFile(join(root, FOLDER, "tombstone.json"), other);
  await writeFile(join(root, FOLDER, "tombstone.json.sig"), signer.sign(other));

  expect(damages(await audit(root))).toEqual([`TOMBSTONE_FORGED ${FOLDER}/tombstone.json`]);
});
