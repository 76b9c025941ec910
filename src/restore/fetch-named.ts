import { dirname, join } from "node:path";
import { folderSource } from "../archive/folder-source.js";
import { missing, raise } from "../archive/flaw.js";
import { LIMITS, MANIFEST, SIGNATURE } from "../archive/layout.js";
import { readHashed } from "../archive/read-hashed.js";
import { readSmall, storeSource } from "../archive/source.js";
import type { Files } from "../io/files.js";
import { linkNew } from "../io/publish-file.js";
import { readChain } from "../ledger/ledger-entries.js";
import { namedFiles, pinnedFile } from "../ledger/named-files.js";
import type { LedgerContent } from "../ledger/read-ledger.js";
import { packagePath } from "../model/manifest.js";
import type { LedgerOrigin } from "./fetch-ledger.js";
import type { RestoredTree } from "./restored-tree.js";

export interface NamedFetch {
  readonly from: LedgerOrigin;
  readonly files: Files;
  readonly tree: RestoredTree;
  readonly ledger: LedgerContent;
}

/**
 * Brings what the ledger's acts name by hash: rosters, statements, plans, tombstones; and the manifests of days that are being
 * destroyed. ARCHIVE_DAMAGED when a file is missing or has another hash.
 */
export async function fetchNamed(
  { from, files, tree, ledger }: NamedFetch,
  signal: AbortSignal,
): Promise<void> {
  const source = storeSource(from.store, from.tenant);
  const bring = async (path: string): Promise<void> => {
    const target = join(tree.root, path);
    if ((await files.stat(target)) !== undefined) return;
    const bytes = (await readSmall(source, path, LIMITS.manifest, signal)) ?? raise(missing(path));
    await files.makeFolder(dirname(target));
    await linkNew(files, { path: target, bytes, staging: tree.staging });
  };
  let seq = 0;
  for await (const { entry } of readChain({ files, root: tree.root }, signal)) {
    // What comes beyond was left out.
    if (seq++ >= ledger.size) return;
    for (const path of await namedFiles(entry, source, signal)) await bring(path);
    const pinned = pinnedFile(entry);
    if (pinned !== undefined) await readHashed(folderSource(files, tree.root), pinned, signal);
    if (entry.type !== "disposal-begun") continue;
    for (let revision = 1; revision <= entry.revision; revision++)
      for (const name of [MANIFEST, SIGNATURE]) await bring(`${packagePath(entry.day, revision)}/${name}`);
  }
}
