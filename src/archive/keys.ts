import { createPublicKey, verify } from "node:crypto";
import type { KeyObject } from "node:crypto";
import { DaybookError } from "../model/errors.js";
import { keyIdOf } from "../model/note-key.js";
import { keyPath } from "./layout.js";

/** The public keys of one archive: what its signatures are checked with. */
export class ArchiveKeys {
  readonly #keys: ReadonlyMap<string, KeyObject>;

  /** `pems` by key id. ARCHIVE_DAMAGED when a PEM is not an Ed25519 public key, or not that of its id. */
  constructor(origin: string, pems: ReadonlyMap<string, string>) {
    this.#keys = new Map([...pems].map(([id, pem]) => [id, readPublicKey(origin, id, pem)]));
  }

  get ids(): readonly string[] {
    return [...this.#keys.keys()];
  }

  verify(keyId: string, bytes: Uint8Array, signature: Uint8Array): boolean {
    const key = this.#keys.get(keyId);
    return key !== undefined && verify(null, bytes, key, signature);
  }

  /** The id of the key that signed `bytes`, for what must not be parsed before its signature is checked. */
  signerOf(bytes: Uint8Array, signature: Uint8Array): string | undefined {
    return this.ids.find((id) => this.verify(id, bytes, signature));
  }
}

/** The id of a key in PEM; undefined when it is no Ed25519 public key. */
export function pemKeyId(origin: string, pem: string): string | undefined {
  const key = parseEd25519(pem);
  return key && keyIdOf(origin, key);
}

/** Keys that somebody names, PEM by key id. KEY_NOT_FOUND when one is no Ed25519 public key. */
export function givenKeys(pems: readonly string[], origin: string): ReadonlyMap<string, string> {
  return new Map(
    pems.map((pem) => {
      const id = pemKeyId(origin, pem);
      if (id !== undefined) return [id, pem];
      throw new DaybookError("KEY_NOT_FOUND", {
        message: "--key: found something else, expected an Ed25519 public key in PEM",
      });
    }),
  );
}

function readPublicKey(origin: string, id: string, pem: string): KeyObject {
  const key = parseEd25519(pem);
  const found = key === undefined ? "no such key" : keyIdOf(origin, key);
  if (key !== undefined && found === id) return key;
  throw new DaybookError("ARCHIVE_DAMAGED", {
    message: `${keyPath(id)}: an Ed25519 public key bears its own id: found ${found}, expected ${id}`,
  });
}

function parseEd25519(pem: string): KeyObject | undefined {
  try {
    const key = createPublicKey(pem);
    return key.asymmetricKeyType === "ed25519" ? key : undefined;
  } catch {
    return undefined;
  }
}
