import { createHash, createPrivateKey, createPublicKey, sign, verify } from "node:crypto";
import { NAMESPACE } from "../../../src/archive/roster.js";
import type { SshSignature } from "../../../src/archive/ssh-signature.js";

/** A person's key: `publicLine` as in a `.pub` file, `sign` as `ssh-keygen -Y sign` does it (PROTOCOL.sshsig of OpenSSH). */
export interface SshKey {
  readonly publicLine: string;
  readonly sign: (bytes: Uint8Array) => string;
}

/** The Ed25519 key that is made of one byte, the same in every run. */
export function sshKey(seed: number): SshKey {
  const pkcs8 = Buffer.concat([
    Buffer.from("302e020100300506032b657004220420", "hex"),
    createHash("sha256").update(`a person of the tests ${seed}`).digest(),
  ]);
  const key = createPrivateKey({ key: pkcs8, format: "der", type: "pkcs8" });
  const raw = createPublicKey(key).export({ format: "der", type: "spki" }).subarray(-32);
  const blob = Buffer.concat([text("ssh-ed25519"), text(raw)]);
  return {
    publicLine: `ssh-ed25519 ${blob.toString("base64")}`,
    sign: (bytes) => {
      const head = Buffer.concat([text(NAMESPACE), text(""), text("sha512")]);
      const hash = createHash("sha512").update(bytes).digest();
      const toSign = Buffer.concat([Buffer.from("SSHSIG"), head, text(hash)]);
      const signature = Buffer.concat([text("ssh-ed25519"), text(sign(null, toSign, key))]);
      const version = Buffer.from([0, 0, 0, 1]);
      const whole = Buffer.concat([Buffer.from("SSHSIG"), version, text(blob), head, text(signature)]);
      const lines = whole.toString("base64").match(/.{1,70}/g) ?? [];
      return ["-----BEGIN SSH SIGNATURE-----", ...lines, "-----END SSH SIGNATURE-----", ""].join("\n");
    },
  };
}

/** Why the signature does not count, read without OpenSSH. Keys have no end, so `atMs` does not matter. */
export function sshProblem({
  statement,
  signature,
  person,
  allowedSigner,
}: SshSignature): string | undefined {
  const fields = allowedSigner.split(" ");
  if (fields[0] !== person) return `signers of ${fields[0]}`;
  const publicKey = Buffer.from(fields.at(-1) ?? "", "base64");
  const armored = Buffer.from(signature).toString();
  const whole = Buffer.from(armored.replace(/-----[A-Z ]+-----/g, ""), "base64");
  const [blob, namespace, reserved, hashName, signed] = texts(whole.subarray("SSHSIG".length + 4), 5);
  if (!blob.equals(publicKey)) return "another key";
  if (namespace.toString() !== NAMESPACE || hashName.toString() !== "sha512") return "another namespace";
  const [, raw] = texts(blob, 2);
  const spki = Buffer.concat([Buffer.from("302a300506032b6570032100", "hex"), raw]);
  const key = createPublicKey({ key: spki, format: "der", type: "spki" });
  const hash = createHash("sha512").update(statement).digest();
  const covered = Buffer.concat([Buffer.from("SSHSIG"), ...[namespace, reserved, hashName, hash].map(text)]);
  const [, bytes] = texts(signed, 2);
  return verify(null, covered, key, bytes) ? undefined : "a signature over something else";
}

/** So many strings of the SSH protocol that follow each other. */
function texts(bytes: Buffer, count: 2): [Buffer, Buffer];
function texts(bytes: Buffer, count: 5): [Buffer, Buffer, Buffer, Buffer, Buffer];
function texts(bytes: Buffer, count: number): Buffer[] {
  let at = 0;
  return Array.from({ length: count }, () => {
    const length = bytes.readUInt32BE(at);
    at += 4 + length;
    return bytes.subarray(at - length, at);
  });
}

/** A string of the SSH protocol: four bytes of length, then the bytes. */
function text(content: string | Uint8Array): Buffer {
  const bytes = Buffer.from(content);
  const length = Buffer.alloc(4);
  length.writeUInt32BE(bytes.length);
  return Buffer.concat([length, bytes]);
}
