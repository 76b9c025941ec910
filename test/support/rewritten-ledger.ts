import { readFile, readdir, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { signHead } from "../../src/archive/head.js";
import { MerkleTree, leafHash } from "../../src/bytes/merkle-tree.js";
import { parseIdentity } from "../../src/ledger/archive-tree.js";
import { parseEntry, signEntry } from "../../src/ledger/entry-format.js";
import { entryPath, headPath } from "../../src/model/ledger-entry.js";
import type { LedgerEntry } from "../../src/model/ledger-entry.js";
import { sha256Hex } from "../../src/model/sha256.js";
import { SAMPLE_KEY } from "./sample-archive.js";

export interface Rewriting {
  /** Changes an entry; those that are not named stay. */
  readonly edit: (entry: LedgerEntry) => LedgerEntry;
  /** Whether the heads of before are signed anew as well; only the newest one is otherwise. */
  readonly withOldHeads: boolean;
}

/** What a holder of the signing key can do to the past: entries changed, chained and signed anew, with heads that cover them. */
export async function rewriteLedger(root: string, { edit, withOldHeads }: Rewriting): Promise<void> {
  const { origin } = parseIdentity(await readFile(join(root, "archive.json")), "archive.json");
  const signer = SAMPLE_KEY.signerFor(origin);
  const count = (await readdir(join(root, "ledger", "000"))).length;
  let prev: string | undefined;
  const tree = new MerkleTree();
  for (let seq = 0; seq < count; seq++) {
    const path = join(root, entryPath(seq));
    const entry = edit(parseEntry(await readFile(path), entryPath(seq)));
    const bytes = signEntry(prev === undefined ? entry : { ...entry, prev }, signer);
    prev = sha256Hex(bytes);
    tree.add(leafHash(bytes));
    await writeFile(path, bytes);
    const size = seq + 1;
    const head = signHead({ origin, size, root: tree.root() }, signer);
    if (withOldHeads || size === count) await writeFile(join(root, headPath(size)), head);
    if (size === count) await writeFile(join(root, "head"), head);
  }
}
