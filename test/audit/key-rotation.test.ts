import { generateKeyPairSync } from "node:crypto";
import { join } from "node:path";
import { beforeEach, describe, expect, it } from "vitest";
import { nodeFiles } from "../../src/io/node-files.js";
import { keyPath } from "../../src/archive/keys.js";
import { SigningKey } from "../../src/ledger/signing-key.js";
import { sha256Hex } from "../../src/model/sha256.js";
import { TEST_KEY, openTestArchive, temporaryFolder } from "../support/archive-fixture.js";
import { audit, damages } from "../support/audit-sample.js";

const SECOND_KEY = newKey();
const FOREIGN_KEY = newKey();

let root: string;
let secondKeyFile: string;

function newKey(): SigningKey {
  const { privateKey } = generateKeyPairSync("ed25519", {
    privateKeyEncoding: { type: "pkcs8", format: "pem" },
    publicKeyEncoding: { type: "spki", format: "pem" },
  });
  return SigningKey.fromPem(privateKey, "new key");
}

/** An archive whose first key has introduced a second one, which has signed since. */
beforeEach(async () => {
  root = join(await temporaryFolder(), "contoso");
  const { identity, ledger } = await openTestArchive(root);
  const { keyId } = SECOND_KEY.signerFor(identity.origin);
  secondKeyFile = keyPath(keyId);
  await nodeFiles.writeNew(join(root, secondKeyFile), Buffer.from(SECOND_KEY.publicPem));
  const files = { [secondKeyFile]: sha256Hex(SECOND_KEY.publicPem) };
  await ledger.append({ type: "key-rotated", key_id: keyId, files }, "operator");
  const after = await openTestArchive(root, { signingKey: SECOND_KEY });
  await after.ledger.append({ type: "config-changed", config_sha256: "0".repeat(64) }, "daybook");
});

describe("an archive whose signing key was rotated", () => {
  it("is whole: each head holds by the key of its time", async () => {
    const { findings, keys } = await audit(root);

    expect(findings).toEqual([]);
    expect(keys).toHaveLength(2);
  });

  it("is whole for an auditor who has the new key", async () => {
    expect(damages(await audit(root, { keys: [SECOND_KEY.publicPem] }))).toEqual([]);
  });

  it("is not trusted by an auditor who has another key, or the old one alone", async () => {
    const byOld = await audit(root, { keys: [TEST_KEY.publicPem] });
    const byForeign = await audit(root, { keys: [FOREIGN_KEY.publicPem] });

    expect(damages(byOld)).toContain("HEAD_INVALID head");
    expect(damages(byForeign)).toContain("HEAD_INVALID head");
    expect([byOld.facts, byForeign.facts]).toEqual([undefined, undefined]);
  });

  it("shows a key that replaced the one that the ledger introduced", async () => {
    await nodeFiles.remove(join(root, secondKeyFile));
    await nodeFiles.writeNew(join(root, secondKeyFile), Buffer.from(FOREIGN_KEY.publicPem));

    expect(damages(await audit(root))).toContain(`KEY_MISNAMED ${secondKeyFile}`);
  });

  it("shows a key that no entry introduced", async () => {
    const { keyId } = FOREIGN_KEY.signerFor("daybook/0b9ff1c2-5a3e-4d0b-8d7e-1f2a3b4c5d6e");
    await nodeFiles.writeNew(join(root, keyPath(keyId)), Buffer.from(FOREIGN_KEY.publicPem));

    expect(damages(await audit(root))).toEqual([`FILE_FOREIGN ${keyPath(keyId)}`]);
  });
});
