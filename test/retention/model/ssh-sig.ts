import { createHash, createPrivateKey, createPublicKey, sign } from "node:crypto";
import { NAMESPACE } from "../../../src/archive/roster.js";

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

/** A string of the SSH protocol: four bytes of length, then the bytes. */
function text(content: string | Uint8Array): Buffer {
  const bytes = Buffer.from(content);
  const length = Buffer.alloc(4);
  length.writeUInt32BE(bytes.length);
  return Buffer.concat([length, bytes]);
}
