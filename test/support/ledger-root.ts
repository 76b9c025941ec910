import { readFile } from "node:fs/promises";
import { join } from "node:path";
import { readKeptHeads } from "../../src/archive/head.js";
import type { Head } from "../../src/archive/head.js";
import { leafHash, rootOf } from "../../src/bytes/merkle-tree.js";
import { entryPath, headPath } from "../../src/model/ledger-entry.js";

/** The root over the first `size` entries as they lie in the folder of an archive. */
export async function ledgerRoot(root: string, size: number): Promise<string> {
  const contents = Array.from({ length: size }, (_, seq) => readFile(join(root, entryPath(seq))));
  return rootOf((await Promise.all(contents)).map((bytes) => leafHash(bytes)));
}

/** The head of this size as it lies in the folder of an archive: one that somebody kept. */
export async function keptHead(root: string, size: number): Promise<Head> {
  const [head] = readKeptHeads(await readFile(join(root, headPath(size)), "utf8"));
  if (head === undefined) throw new Error(`no head in ${headPath(size)}`);
  return head;
}
