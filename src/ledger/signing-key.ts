import { createPrivateKey, createPublicKey, generateKeyPairSync, randomUUID, sign } from "node:crypto";
import type { KeyObject } from "node:crypto";
import { dirname, join } from "node:path";
import type { Files } from "../io/files.js";
import { linkNew } from "../io/publish-file.js";
import { DaybookError, isDaybookError } from "../model/errors.js";
import type { Signer } from "../model/signer.js";
import { SIGNATURE_TYPE, keyIdOf, noteKeyText } from "../model/note-key.js";
import type { SignatureType } from "../model/note-key.js";

const PRIVATE_MODE = 0o600;
const MAX_KEY_BYTES = 16_384;

/** The private key that signs; one key may serve several archives, under another id in each. */
export class SigningKey {
  readonly #privateKey: KeyObject;
  readonly #publicKey: KeyObject;

  private constructor(privateKey: KeyObject) {
    this.#privateKey = privateKey;
    this.#publicKey = createPublicKey(privateKey);
  }

  /** From PKCS#8 PEM text; `subject` names its place for the error. SECRET_UNREADABLE when it is not an Ed25519 private key. */
  static fromPem(pem: string, subject: string): SigningKey {
    const key = parsePrivateKey(pem);
    if (key?.asymmetricKeyType === "ed25519") return new SigningKey(key);
    throw new DaybookError("SECRET_UNREADABLE", {
      message: `${subject}: signing key: found ${key?.asymmetricKeyType ?? "no private key"}, expected Ed25519 in PKCS#8 PEM`,
      hint: "make one with `openssl genpkey -algorithm ed25519`",
    });
  }

  /** SPKI PEM. */
  get publicPem(): string {
    return this.#publicKey.export({ type: "spki", format: "pem" }).toString();
  }

  /** The signer under this name: of an archive its origin, `daybook/<archive id>`. */
  signerFor(name: string, type: SignatureType = SIGNATURE_TYPE.log): Signer {
    return {
      keyId: keyIdOf(name, this.#publicKey, type),
      sign: (bytes) => sign(null, bytes, this.#privateKey),
    };
  }

  /** The public key under this name, as others configure it (https://c2sp.org/signed-note). */
  publicText(name: string, type: SignatureType): string {
    return noteKeyText(name, this.#publicKey, type);
  }
}

/** SECRET_EXPOSED when anyone but the owner may read or change the file; SECRET_UNREADABLE when there is no usable key. */
export async function loadSigningKey(files: Files, path: string): Promise<SigningKey> {
  const stat = await files.target(path);
  if (stat?.kind !== "file") {
    throw new DaybookError("SECRET_UNREADABLE", {
      message: `${path}: signing key: found ${stat?.kind ?? "nothing"}, expected a file`,
      hint: "bring back the private key of the archive: without it nothing can be added; see _Backup_ in docs/OPERATIONS.md",
    });
  }
  if ((stat.mode & 0o077) !== 0) {
    throw new DaybookError("SECRET_EXPOSED", {
      message: `${path}: signing key: found mode ${stat.mode.toString(8)}, expected no access but its owner's`,
    });
  }
  return SigningKey.fromPem(new TextDecoder().decode(await files.read(path, MAX_KEY_BYTES)), path);
}

/** Loads the key, or makes it at the first start. Its folder must exist. */
export async function loadOrMakeSigningKey(files: Files, path: string): Promise<SigningKey> {
  if ((await files.stat(path)) === undefined) await makeSigningKey(files, path);
  return loadSigningKey(files, path);
}

async function makeSigningKey(files: Files, path: string): Promise<void> {
  const { privateKey } = generateKeyPairSync("ed25519", {
    privateKeyEncoding: { type: "pkcs8", format: "pem" },
    publicKeyEncoding: { type: "spki", format: "pem" },
  });
  const folder = dirname(path);
  // Tenants that start side by side make a key each: a folder of its own keeps one's half-written file from the other.
  const staging = join(folder, `.signing-key-${randomUUID()}`);
  try {
    await files.makeFolder(staging);
    await linkNew(files, { path, bytes: Buffer.from(privateKey), staging, mode: PRIVATE_MODE });
  } catch (error) {
    // Another start was faster: its key is the one.
    if (!isDaybookError(error, "FILE_EXISTS")) throw error;
  } finally {
    await files.removeTree(staging);
  }
  await files.syncFolder(folder);
}

function parsePrivateKey(pem: string): KeyObject | undefined {
  try {
    return createPrivateKey(pem);
  } catch {
    // The cause is left out on purpose: it could quote the secret.
    return undefined;
  }
}
