import { createDecipheriv, createHash, pbkdf2Sync } from "node:crypto";
import { OCTET_STRING, contentOf, integerOf, objectIdentifierOf, sequenceOf } from "./der.js";
import type { DerElement } from "./der.js";

/** An algorithm that is not offered: RC2, which OpenSSL has retired, or one unknown. */
export class UnsupportedEncryption extends Error {
  override readonly name = "UnsupportedEncryption";

  constructor(readonly algorithm: string) {
    super(algorithm);
  }
}

const PBES2 = "1.2.840.113549.1.5.13";
const PBE_SHA1_3DES = "1.2.840.113549.1.12.1.3";

// RFC 8018, appendix B; RFC 3565.
const DIGESTS: Readonly<Record<string, string>> = {
  "1.2.840.113549.2.7": "sha1",
  "1.2.840.113549.2.9": "sha256",
  "1.2.840.113549.2.10": "sha384",
  "1.2.840.113549.2.11": "sha512",
};
const CIPHERS: Readonly<Record<string, { readonly name: string; readonly keyBytes: number }>> = {
  "1.2.840.113549.3.7": { name: "des-ede3-cbc", keyBytes: 24 },
  "2.16.840.1.101.3.4.1.2": { name: "aes-128-cbc", keyBytes: 16 },
  "2.16.840.1.101.3.4.1.22": { name: "aes-192-cbc", keyBytes: 24 },
  "2.16.840.1.101.3.4.1.42": { name: "aes-256-cbc", keyBytes: 32 },
};

/** More would only make the start hang: the strongest exporters use under a million. */
const MOST_ITERATIONS = 10_000_000;

/** What an AlgorithmIdentifier of password-based encryption hides. Throws when the passphrase is wrong; UnsupportedEncryption. */
export function decryptWithPassphrase(
  algorithm: DerElement | undefined,
  bytes: Uint8Array,
  passphrase: string,
): Uint8Array {
  const [name, parameters] = sequenceOf(algorithm);
  const identifier = objectIdentifierOf(name);
  if (identifier === PBES2) return decryptPbes2(parameters, bytes, passphrase);
  if (identifier === PBE_SHA1_3DES) return decryptTripleDes(parameters, bytes, passphrase);
  throw new UnsupportedEncryption(identifier);
}

/** RFC 8018, section 6.2: the key from PBKDF2. */
function decryptPbes2(parameters: DerElement | undefined, bytes: Uint8Array, passphrase: string): Uint8Array {
  const [derivation, encryption] = sequenceOf(parameters);
  const [, kdf] = sequenceOf(derivation);
  const [salt, iterations, ...rest] = sequenceOf(kdf);
  const prf = rest.find((element) => element.tag === 0x30);
  const digestName = prf === undefined ? "1.2.840.113549.2.7" : objectIdentifierOf(sequenceOf(prf)[0]);
  const [cipherName, iv] = sequenceOf(encryption);
  const cipher = CIPHERS[objectIdentifierOf(cipherName)];
  const digest = DIGESTS[digestName];
  if (cipher === undefined) throw new UnsupportedEncryption(objectIdentifierOf(cipherName));
  if (digest === undefined) throw new UnsupportedEncryption(digestName);
  const saltBytes = contentOf(salt, OCTET_STRING);
  const key = pbkdf2Sync(passphrase, saltBytes, boundedIterations(iterations), cipher.keyBytes, digest);
  return decrypt(cipher.name, key, contentOf(iv, OCTET_STRING), bytes);
}

/** RFC 7292, appendix C: what Windows and Key Vault still write. */
function decryptTripleDes(
  parameters: DerElement | undefined,
  bytes: Uint8Array,
  passphrase: string,
): Uint8Array {
  const [salt, count] = sequenceOf(parameters);
  const saltBytes = contentOf(salt, OCTET_STRING);
  const iterations = boundedIterations(count);
  const key = deriveKey(1, passphrase, saltBytes, iterations, 24);
  const iv = deriveKey(2, passphrase, saltBytes, iterations, 8);
  return decrypt("des-ede3-cbc", key, iv, bytes);
}

const BLOCK_BYTES = 64;
const SHA1_BYTES = 20;

/** RFC 7292, appendix B.2, with SHA-1. `purpose` is 1 for a key, 2 for an initial vector. */
function deriveKey(
  purpose: 1 | 2,
  passphrase: string,
  salt: Uint8Array,
  iterations: number,
  size: number,
): Buffer {
  const diversifier = Buffer.alloc(BLOCK_BYTES, purpose);
  const input = Buffer.concat([toBlocks(salt), toBlocks(bmpString(passphrase))]);
  const output: Buffer[] = [];
  for (let bytes = 0; bytes < size; bytes += SHA1_BYTES) {
    let hash = createHash("sha1").update(diversifier).update(input).digest();
    for (let round = 1; round < iterations; round += 1) hash = createHash("sha1").update(hash).digest();
    output.push(hash);
    addToEachBlock(input, Buffer.alloc(BLOCK_BYTES, hash.toString("latin1"), "latin1"));
  }
  return Buffer.concat(output).subarray(0, size);
}

/** Repeated to a whole number of blocks. */
function toBlocks(bytes: Uint8Array): Buffer {
  return Buffer.alloc(Math.ceil(bytes.length / BLOCK_BYTES) * BLOCK_BYTES, Buffer.from(bytes));
}

/** I_j = (I_j + B + 1) mod 2^512, big-endian. */
function addToEachBlock(input: Buffer, addend: Buffer): void {
  for (let start = 0; start < input.length; start += BLOCK_BYTES) {
    let carry = 1;
    for (let index = BLOCK_BYTES - 1; index >= 0; index -= 1) {
      const sum = input.readUInt8(start + index) + addend.readUInt8(index) + carry;
      input.writeUInt8(sum & 0xff, start + index);
      carry = sum >> 8;
    }
  }
}

/** UTF-16, big-endian, with its terminating zero: RFC 7292, appendix B.1. */
function bmpString(text: string): Buffer {
  return Buffer.from(`${text}\0`, "utf16le").swap16();
}

function boundedIterations(element: DerElement | undefined): number {
  const iterations = integerOf(element);
  if (iterations < 1 || iterations > MOST_ITERATIONS)
    throw new UnsupportedEncryption(`PBKDF with ${iterations} rounds`);
  return iterations;
}

function decrypt(cipher: string, key: Uint8Array, iv: Uint8Array, bytes: Uint8Array): Uint8Array {
  const decipher = createDecipheriv(cipher, key, iv);
  return Buffer.concat([decipher.update(bytes), decipher.final()]);
}
