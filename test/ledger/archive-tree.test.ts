import { readFile, rm } from "node:fs/promises";
import { join } from "node:path";
import { describe, expect, it } from "vitest";
import { nodeFiles } from "../../src/io/node-files.js";
import { createArchive, readDocuments } from "../../src/ledger/archive-tree.js";
import { loadOrMakeSigningKey } from "../../src/ledger/signing-key.js";
import { sha256Hex } from "../../src/model/sha256.js";
import {
  ARCHIVE_ID,
  TENANT_ID,
  TEST_DOCUMENTS,
  TEST_KEY,
  fixedClock,
  openTestArchive,
  temporaryFolder,
} from "../support/archive-fixture.js";
import { storedEntries } from "../support/stored-entries.js";

async function createWithRandomId(): Promise<string> {
  const root = await temporaryFolder();
  const options = { files: nodeFiles, clock: fixedClock, root, tenantId: TENANT_ID, signedHeads: root };
  return (await createArchive({ ...options, signingKey: TEST_KEY, documents: TEST_DOCUMENTS })).archiveId;
}

describe("creating an archive", () => {
  it("writes what a stranger needs, and pins it in the first entry", async () => {
    const root = await temporaryFolder();

    const { ledger, signer } = await openTestArchive(root);

    const keyFile = `keys/${signer.keyId}.pem`;
    const expected = ["archive.json", "README.txt", "FORMAT.md", keyFile];
    const hashes = await Promise.all(
      expected.map(async (path) => [path, sha256Hex(await readFile(join(root, path)))]),
    );
    expect(ledger.size).toBe(1);
    expect(await storedEntries(nodeFiles, root)).toMatchObject([
      { type: "archive-created", files: Object.fromEntries(hashes) },
    ]);
    expect(await readFile(join(root, "archive.json"), "utf8")).toBe(
      `{\n  "archive_id": "${ARCHIVE_ID}",\n  "tenant_id": "${TENANT_ID}",\n  "created": "2026-11-21T12:00:00.000Z",\n  "format": "daybook/1"\n}\n`,
    );
    expect(await readFile(join(root, keyFile), "utf8")).toBe(TEST_KEY.publicPem);
    expect(await readFile(join(root, "README.txt"))).toEqual(TEST_DOCUMENTS.readme);
    expect(await readFile(join(root, "head"))).toEqual(await readFile(join(root, "heads/000000001")));
  });

  it("leaves only the format's own names in the tree, and beside it what the key has signed", async () => {
    const root = await temporaryFolder();
    await openTestArchive(root);

    expect(await nodeFiles.list(root)).toEqual([
      "FORMAT.md",
      "README.txt",
      "archive.json",
      "days",
      "head",
      "heads",
      "keys",
      "ledger",
      "quarantine",
      `signed-head-${ARCHIVE_ID}`,
      "spool",
      "staging",
    ]);
    expect(await nodeFiles.list(join(root, "staging"))).toEqual([]);
  });

  it("is done once: a second start finds the archive", async () => {
    const root = await temporaryFolder();
    await openTestArchive(root);

    const again = await openTestArchive(root, { archiveId: "11111111-2222-3333-4444-555555555555" });

    expect(again.identity.archiveId).toBe(ARCHIVE_ID);
    expect(again.recovered).toEqual([]);
    expect(again.ledger.size).toBe(1);
  });

  it("gives each archive its own id", async () => {
    const ids = [await createWithRandomId(), await createWithRandomId()];

    expect(new Set(ids).size).toBe(2);
    for (const id of ids) expect(id).toMatch(/^[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}$/);
  });

  it("refuses the archive of another tenant (fault 29)", async () => {
    const root = await temporaryFolder();
    await openTestArchive(root);

    const opening = openTestArchive(root, { tenantId: "11111111-2222-3333-4444-555555555555" });

    await expect(opening).rejects.toMatchObject({ code: "CONFIG_INVALID" });
  });

  it("refuses to sign with a key that the archive does not know", async () => {
    const root = await temporaryFolder();
    await openTestArchive(root);
    const other = await loadOrMakeSigningKey(nodeFiles, join(await temporaryFolder(), "key.pem"));

    await expect(openTestArchive(root, { signingKey: other })).rejects.toMatchObject({
      code: "CONFIG_INVALID",
    });
  });

  it("takes a ledger that vanished for damage, never for a first start", async () => {
    const root = await temporaryFolder();
    await openTestArchive(root);
    await rm(join(root, "ledger"), { recursive: true });
    await rm(join(root, "head"));

    await expect(openTestArchive(root)).rejects.toMatchObject({ code: "ARCHIVE_DAMAGED" });
    expect(await nodeFiles.list(join(root, "ledger"))).toEqual([]);
  });

  it("ships documents that name the format and the tools", async () => {
    const { readme, format } = await readDocuments(nodeFiles);

    expect(Buffer.from(format).toString()).toContain("daybook/1");
    for (const tool of ["sha256sum", "jq", "openssl pkeyutl -verify", "zstdcat", "zcat"]) {
      expect(Buffer.from(readme).toString()).toContain(tool);
    }
  });
});
