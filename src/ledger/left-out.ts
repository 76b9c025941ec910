import { join } from "node:path";
import { z } from "zod";
import type { Files } from "../io/files.js";

/**
 * What a restore left out of the archive, for the next start to write into the ledger: a restore has no key to sign an entry
 * with. Nobody has signed this file: it holds names alone, and the entry's words are Daybook's own.
 */
export const LEFT_OUT_PATH = "quarantine/left-out.json";
const MAX_BYTES = 1 << 20;

const ENTRY = /^ledger\/\d{3}\/\d{9}\.json$/;
const PACKAGE = /^days\/\d{4}\/\d{2}\/\d{2}\/r\d{4,6}$/;
const leftOut = z.array(
  z.strictObject({
    sink: z.string().regex(/^[a-z0-9][a-z0-9-]{0,39}$/),
    path: z.string().refine((path) => ENTRY.test(path) || PACKAGE.test(path)),
  }),
);

export type LeftOutFile = z.output<typeof leftOut>[number];

export function leftOutBytes(files: readonly LeftOutFile[]): Uint8Array {
  return new TextEncoder().encode(JSON.stringify(files));
}

/** The steps to record; empty without a list. */
export async function readLeftOut(files: Files, root: string): Promise<readonly string[]> {
  const path = join(root, LEFT_OUT_PATH);
  if ((await files.stat(path)) === undefined) return [];
  const read = leftOut.safeParse(parsed(await files.read(path, MAX_BYTES)));
  if (!read.success) return [`removed ${LEFT_OUT_PATH}, which no restore wrote so`];
  return read.data.map(({ sink, path: left }) => `restored without ${left} of ${sink}: ${reasonFor(left)}`);
}

function parsed(bytes: Uint8Array): unknown {
  try {
    return JSON.parse(new TextDecoder().decode(bytes));
  } catch {
    return undefined;
  }
}

function reasonFor(path: string): string {
  return ENTRY.test(path)
    ? "no key of this archive has signed the entry"
    : "it is damaged, or not signed by a key of this archive";
}

/** Once the steps are in the ledger. */
export async function forgetLeftOut(files: Files, root: string): Promise<void> {
  await files.remove(join(root, LEFT_OUT_PATH));
  await files.syncFolder(join(root, "quarantine"));
}
