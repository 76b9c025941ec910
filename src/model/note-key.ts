import { createHash, createPublicKey } from "node:crypto";
import type { KeyObject } from "node:crypto";

/** The kinds of signature by an Ed25519 key: a log's (https://c2sp.org/signed-note), a witness's (https://c2sp.org/tlog-cosignature). */
export const SIGNATURE_TYPE = { log: 0x01, witness: 0x04 } as const;

export type SignatureType = (typeof SIGNATURE_TYPE)[keyof typeof SIGNATURE_TYPE];

/** The id of an Ed25519 key (c2sp.org/signed-note): 8 hex digits; `keyName` of a log is the archive's origin. */
export function keyIdOf(
  keyName: string,
  publicKey: KeyObject,
  type: SignatureType = SIGNATURE_TYPE.log,
): string {
  return createHash("sha256")
    .update(`${keyName}\n`)
    .update(Uint8Array.of(type))
    .update(rawPublicKey(publicKey))
    .digest("hex")
    .slice(0, 8);
}

/** A public key with the name that its signatures bear: a verifier key of https://c2sp.org/signed-note. */
export interface NoteKey {
  readonly name: string;
  /** 8 hex digits. */
  readonly keyId: string;
  readonly publicKey: KeyObject;
}

const TEXT = /^([^\s+]{1,200})\+([0-9a-f]{8})\+([A-Za-z0-9+/]{44})$/;
const RAW_BYTES = 32;

/** `NAME+KEYID+BASE64`, one line without its end. */
export function noteKeyText(name: string, publicKey: KeyObject, type: SignatureType): string {
  const bytes = Buffer.concat([Uint8Array.of(type), rawPublicKey(publicKey)]);
  return `${name}+${keyIdOf(name, publicKey, type)}+${bytes.toString("base64")}`;
}

/** Undefined unless it is an Ed25519 key of this type that bears its own id. */
export function parseNoteKey(text: string, type: SignatureType): NoteKey | undefined {
  const [, name = "", keyId = "", base64 = ""] = TEXT.exec(text) ?? [];
  const bytes = Buffer.from(base64, "base64");
  if (bytes.length !== RAW_BYTES + 1 || bytes[0] !== type) return undefined;
  const x = bytes.subarray(1).toString("base64url");
  const publicKey = createPublicKey({ key: { kty: "OKP", crv: "Ed25519", x }, format: "jwk" });
  return keyIdOf(name, publicKey, type) === keyId ? { name, keyId, publicKey } : undefined;
}

/** The 32 bytes of RFC 8032. */
function rawPublicKey(publicKey: KeyObject): Uint8Array {
  const { x } = publicKey.export({ format: "jwk" });
  return Buffer.from(x ?? "", "base64url");
}
