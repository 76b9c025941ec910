import { join } from "node:path";
import type { Files } from "../io/files.js";

/**
 * What a restore left out of the archive, as a list of steps that the next start writes into the ledger: a restore has no key
 * to sign an entry with.
 */
export const LEFT_OUT_PATH = "quarantine/left-out.json";
const MAX_BYTES = 1 << 20;

export function leftOutBytes(steps: readonly string[]): Uint8Array {
  return new TextEncoder().encode(JSON.stringify(steps));
}

/** Empty without a list. */
export async function readLeftOut(files: Files, root: string): Promise<readonly string[]> {
  const path = join(root, LEFT_OUT_PATH);
  if ((await files.stat(path)) === undefined) return [];
  const steps: unknown = JSON.parse(new TextDecoder().decode(await files.read(path, MAX_BYTES)));
  return Array.isArray(steps) ? steps.map(String) : [];
}

/** Once the steps are in the ledger. */
export async function forgetLeftOut(files: Files, root: string): Promise<void> {
  await files.remove(join(root, LEFT_OUT_PATH));
  await files.syncFolder(join(root, "quarantine"));
}
