import { join } from "node:path";
import { actFolder } from "../archive/layout.js";
import type { Files } from "../io/files.js";
import { replaceFile } from "../io/publish-file.js";

/**
 * Writes the files that an act names, by name, into the act's folder: what `Ledger.append` takes as `prepare`. An act without
 * files gets no folder.
 */
export function fileAct(
  { files, root }: { readonly files: Files; readonly root: string },
  contents: ReadonlyMap<string, Uint8Array>,
): (seq: number) => Promise<void> {
  return async (seq) => {
    if (contents.size === 0) return;
    const folder = join(root, actFolder(seq));
    await files.makeFolder(folder);
    for (const [name, bytes] of contents)
      await replaceFile(files, { path: join(folder, name), bytes, staging: join(root, "staging") });
    for (const parent of [join(root, "acts"), root]) await files.syncFolder(parent);
  };
}
