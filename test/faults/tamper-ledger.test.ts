import { generateKeyPairSync } from "node:crypto";
import { copyFile, readFile, rename, rm, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { signHead } from "../../src/archive/head.js";
import type { Head } from "../../src/archive/head.js";
import { SigningKey } from "../../src/ledger/signing-key.js";
import { entryPath, headPath } from "../../src/model/ledger-entry.js";
import { sha256Hex } from "../../src/model/sha256.js";
import { audit, copyOf, damages } from "../support/audit-sample.js";
import { keptHead } from "../support/ledger-root.js";
import { SAMPLE_KEY, makeSampleArchive } from "../support/sample-archive.js";
import type { SampleArchive } from "../support/sample-archive.js";

const SIZE = 6;

describe("a ledger that was tampered with", () => {
  let sample: SampleArchive;
  let resigned: SampleArchive;
  let known: Head;
  let lastHash: string;
  beforeAll(async () => {
    sample = await makeSampleArchive("zstd");
    const { privateKey } = generateKeyPairSync("ed25519", {
      privateKeyEncoding: { type: "pkcs8", format: "pem" },
      publicKeyEncoding: { type: "spki", format: "pem" },
    });
    resigned = await makeSampleArchive("zstd", SigningKey.fromPem(privateKey, "another key"));
    known = await keptHead(sample.root, SIZE);
    lastHash = sha256Hex(await readFile(join(sample.root, entryPath(SIZE - 1))));
  });
  afterAll(() => Promise.all([sample.remove(), resigned.remove()]));

  it("is found out when its end is cut and an older head put back, by the later heads (fault 92)", async () => {
    const root = await copyOf(sample);
    await rm(join(root, entryPath(SIZE - 1)));
    await copyFile(join(root, headPath(SIZE - 1)), join(root, "head"));

    expect(damages(await audit(root))).toContain(`LEDGER_HOLE ${entryPath(SIZE - 1)}`);
  });

  it("is found out when the later heads are cut too, by `head` (fault 92)", async () => {
    const root = await copyOf(sample);
    await rm(join(root, entryPath(SIZE - 1)));
    await rm(join(root, headPath(SIZE)));

    expect(damages(await audit(root))).toContain(`LEDGER_HOLE ${entryPath(SIZE - 1)}`);
  });

  it("is found out when everything was put back, by the head kept elsewhere (fault 92)", async () => {
    const root = await copyOf(sample);
    await rm(join(root, entryPath(SIZE - 1)));
    await rm(join(root, headPath(SIZE)));
    await rm(join(root, "days/2026/11/19/r0002"), { recursive: true });
    await copyFile(join(root, headPath(SIZE - 1)), join(root, "head"));

    expect(damages(await audit(root))).toEqual([]);
    expect(damages(await audit(root, { heads: [known] }))).toEqual(["HEAD_NOT_REACHED ledger/"]);
  });

  it("is found out after a full rewrite with the stolen key, by the head kept elsewhere (fault 93)", async () => {
    const rewritten = { ...known, root: `${"A".repeat(43)}=` };

    const found = damages(await audit(await copyOf(sample), { heads: [rewritten] }));

    expect(found).toEqual([`HEAD_CONTRADICTED the head of size ${SIZE} that was kept elsewhere`]);
  });

  it.each([SIZE, SIZE - 1])("is found out when `head` has a second root of size %i", async (size) => {
    const root = await copyOf(sample);
    const other = { ...known, size, root: `${"A".repeat(43)}=` };
    await writeFile(join(root, "head"), signHead(other, SAMPLE_KEY.signerFor(known.origin)));

    expect(damages(await audit(root))).toEqual(["HEAD_CONTRADICTED head"]);
  });

  it("is found out after a full rewrite with another key, by the key given (fault 93)", async () => {
    const root = await copyOf(resigned);

    expect(damages(await audit(root))).toEqual([]);
    expect(damages(await audit(root, { keys: [SAMPLE_KEY.publicPem] }))).toContain("HEAD_INVALID head");
  });

  it("accepts the archive's own key when it is given", async () => {
    expect(damages(await audit(sample.root, { keys: [SAMPLE_KEY.publicPem], heads: [known] }))).toEqual([]);
  });

  it("names the altered entry alone: heads vouch for those before it (fault 91)", async () => {
    const root = await copyOf(sample);
    const path = join(root, entryPath(2));
    await writeFile(path, (await readFile(path, "utf8")).replace('"daybook"', '"mallory"'));

    expect(damages(await audit(root)).filter((finding) => finding.startsWith("LEDGER"))).toEqual([
      `LEDGER_BROKEN ${entryPath(2)}`,
    ]);
  });

  it("names two entries that were swapped (fault 91)", async () => {
    const root = await copyOf(sample);
    await rename(join(root, entryPath(2)), join(root, "kept"));
    await rename(join(root, entryPath(3)), join(root, entryPath(2)));
    await rename(join(root, "kept"), join(root, entryPath(3)));

    const found = damages(await audit(root));

    expect(found).toContain(`LEDGER_BROKEN ${entryPath(2)}`);
    expect(found).toContain(`LEDGER_BROKEN ${entryPath(3)}`);
  });

  it("names an entry added behind the newest head", async () => {
    const root = await copyOf(sample);
    const entry = {
      seq: SIZE + 1,
      prev: lastHash,
      time: "2026-11-21T13:00:00.000Z",
      type: "config-changed",
      actor: "x",
      config_sha256: lastHash,
    };
    await writeFile(join(root, entryPath(SIZE + 1)), `${JSON.stringify(entry, null, 2)}\n`);

    expect(damages(await audit(root))).toEqual([`LEDGER_UNSIGNED ${entryPath(SIZE + 1)}`]);
  });

  it("finds an entry that continues the chain, but that no key of the archive has signed", async () => {
    const root = await copyOf(sample);
    const entry = await readFile(join(root, entryPath(SIZE - 1)), "utf8");
    await rm(join(root, headPath(SIZE)));
    await copyFile(join(root, headPath(SIZE - 1)), join(root, "head"));
    await writeFile(join(root, entryPath(SIZE - 1)), entry.replace(/("signature": ")..../, "$1AAAA"));

    expect(damages(await audit(root))).toContain(`LEDGER_UNSIGNED ${entryPath(SIZE - 1)}`);
  });

  it("takes the next entry without a head for a commit that was interrupted", async () => {
    const root = await copyOf(sample);
    await rm(join(root, headPath(SIZE)));
    await copyFile(join(root, headPath(SIZE - 1)), join(root, "head"));

    const result = await audit(root);

    expect(damages(result)).toEqual([]);
    expect(result.findings.map(({ code }) => code)).toContain("HEAD_BEHIND");
  });

  it("finds a tombstone foreign, whoever signed it (fault 94)", async () => {
    const root = await copyOf(sample);
    const folder = "days/2026/11/18/r0001";
    const tombstone = Buffer.from('{"format":"daybook/1"}\n');
    await writeFile(join(root, folder, "tombstone.json"), tombstone);
    const signer = SAMPLE_KEY.signerFor("daybook/0b9ff1c2-5a3e-4d0b-8d7e-1f2a3b4c5d6e");
    await writeFile(join(root, folder, "tombstone.json.sig"), signer.sign(tombstone));

    expect(damages(await audit(root))).toEqual([
      `FILE_FOREIGN ${folder}/tombstone.json`,
      `FILE_FOREIGN ${folder}/tombstone.json.sig`,
    ]);
  });
});
