import { createPublicKey } from "node:crypto";
import { join } from "node:path";
import type { Files } from "../io/files.js";
import { sha256Hex } from "../model/sha256.js";
import { LIMITS } from "./layout.js";

/** What people compare of a key: the SHA-256 of its SPKI form, hex. Throws for what is no public key in PEM. */
export function fingerprintOf(pem: string): string {
  return sha256Hex(createPublicKey(pem).export({ type: "spki", format: "der" }));
}

/** Of every key in the archive in this folder; none where there is no archive. What is no key is left out. */
export async function fingerprintsIn(files: Files, root: string): Promise<readonly string[]> {
  const fingerprints: string[] = [];
  for (const name of await files.list(join(root, "keys"))) {
    const bytes = await files.read(join(root, "keys", name), LIMITS.smallFile);
    try {
      fingerprints.push(fingerprintOf(new TextDecoder().decode(bytes)));
    } catch {
      // An audit reports it.
    }
  }
  return fingerprints;
}

/** Whether somebody named the key that must have signed, or this machine knows all of the archive's keys as its own. */
export function isVouched(
  keys: readonly { readonly fingerprint: string }[],
  { key, knownKeys }: { readonly key?: string | undefined; readonly knownKeys?: readonly string[] },
): boolean {
  return key !== undefined || keys.every(({ fingerprint }) => knownKeys?.includes(fingerprint) === true);
}
