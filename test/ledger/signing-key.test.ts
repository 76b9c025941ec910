import { createPublicKey } from "node:crypto";
import { chmod } from "node:fs/promises";
import { join } from "node:path";
import { describe, expect, it } from "vitest";
import { nodeFiles } from "../../src/io/node-files.js";
import { ArchiveKeys } from "../../src/archive/keys.js";
import { keyIdOf } from "../../src/model/note-key.js";
import { SigningKey, loadOrMakeSigningKey, loadSigningKey } from "../../src/ledger/signing-key.js";
import { TEST_KEY, temporaryFolder } from "../support/archive-fixture.js";

const ORIGIN = "daybook/0b9ff1c2-5a3e-4d0b-8d7e-1f2a3b4c5d6e";

// The example key and note of https://pkg.go.dev/golang.org/x/mod/sumdb/note, written by another implementation.
const GO_NAME = "PeterNeumann";
const GO_KEY_ID = "c74f20a3";
const GO_RAW_KEY = Buffer.from("ARpc2QcUPDhMQegwxbzhKqiBfsVkmqq/LDE4izWy10TW", "base64").subarray(1);
const GO_TEXT =
  "If you think cryptography is the answer to your problem,\nthen you don't know what your problem is.\n";
const GO_SIGNATURE = Buffer.from(
  "x08go/ZJkuBS9UG/SffcvIAQxVBtiFupLLr8pAcElZInNIuGUgYN1FFYC2pZSNXgKvqfqdngotpRZb6KE6RyyBwJnAM=",
  "base64",
);

function goPublicKey(): ReturnType<typeof createPublicKey> {
  const x = GO_RAW_KEY.toString("base64url");
  return createPublicKey({ key: { kty: "OKP", crv: "Ed25519", x }, format: "jwk" });
}

describe("a key id", () => {
  it("is the one that Go's signed notes give the same key", () => {
    expect(keyIdOf(GO_NAME, goPublicKey())).toBe(GO_KEY_ID);
  });

  it("differs from archive to archive", () => {
    expect(TEST_KEY.signerFor("daybook/a").keyId).not.toBe(TEST_KEY.signerFor("daybook/b").keyId);
  });
});

describe("the keys of an archive", () => {
  it("accept a signature of another implementation", () => {
    const pem = goPublicKey().export({ type: "spki", format: "pem" }).toString();
    const keys = new ArchiveKeys(GO_NAME, new Map([[GO_KEY_ID, pem]]));

    expect(GO_SIGNATURE.subarray(0, 4).toString("hex")).toBe(GO_KEY_ID);
    expect(keys.verify(GO_KEY_ID, Buffer.from(GO_TEXT), GO_SIGNATURE.subarray(4))).toBe(true);
    expect(keys.verify(GO_KEY_ID, Buffer.from(`${GO_TEXT} `), GO_SIGNATURE.subarray(4))).toBe(false);
  });

  it("refuse a key under an id that is not its own", () => {
    const pems = new Map([["00000000", TEST_KEY.publicPem]]);

    expect(() => new ArchiveKeys(ORIGIN, pems)).toThrow(expect.objectContaining({ code: "ARCHIVE_DAMAGED" }));
  });

  it("find the signer of bytes that are not parsed yet, and none for a forgery", () => {
    const signer = TEST_KEY.signerFor(ORIGIN);
    const keys = new ArchiveKeys(ORIGIN, new Map([[signer.keyId, TEST_KEY.publicPem]]));
    const bytes = Buffer.from("manifest");

    expect(keys.signerOf(bytes, signer.sign(bytes))).toBe(signer.keyId);
    expect(keys.signerOf(bytes, Buffer.alloc(64))).toBeUndefined();
    expect(keys.signerOf(bytes, Buffer.alloc(3))).toBeUndefined();
  });
});

describe("the signing key", () => {
  it("is made once, for its owner's eyes, and is the same at every later start", async () => {
    const path = join(await temporaryFolder(), "signing-key.pem");

    const made = await loadOrMakeSigningKey(nodeFiles, path);
    const loaded = await loadOrMakeSigningKey(nodeFiles, path);

    expect(loaded.publicPem).toBe(made.publicPem);
    expect((await nodeFiles.stat(path))?.mode).toBe(0o600);
    expect(await nodeFiles.list(join(path, ".."))).toEqual(["signing-key.pem"]);
  });

  it("is refused when others can read it (fault 56)", async () => {
    const path = join(await temporaryFolder(), "signing-key.pem");
    await loadOrMakeSigningKey(nodeFiles, path);
    await chmod(path, 0o640);

    await expect(loadSigningKey(nodeFiles, path)).rejects.toMatchObject({ code: "SECRET_EXPOSED" });
  });

  it("is refused when it is missing, a folder or no Ed25519 private key", async () => {
    const folder = await temporaryFolder();
    await nodeFiles.writeNew(join(folder, "public.pem"), Buffer.from(TEST_KEY.publicPem));

    for (const name of ["absent.pem", ".", "public.pem"]) {
      await expect(loadSigningKey(nodeFiles, join(folder, name))).rejects.toMatchObject({
        code: "SECRET_UNREADABLE",
      });
    }
  });

  it("never shows the secret in an error", () => {
    expect(() => SigningKey.fromPem("-----BEGIN PRIVATE KEY-----\ncanary\n", "the key")).toThrow(
      expect.objectContaining({ message: expect.not.stringContaining("canary") }),
    );
  });
});
