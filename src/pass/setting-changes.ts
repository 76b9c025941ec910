import type { Files } from "../io/files.js";
import type { NewestSeal } from "../ledger/ledger-index.js";
import type { Ledger } from "../ledger/ledger.js";
import { packagePath } from "../model/manifest.js";
import type { Manifest } from "../model/manifest.js";
import { folderSource } from "../archive/folder-source.js";
import type { ArchiveSource } from "../archive/source.js";
import { readManifest } from "../archive/sealed-package.js";

/** Records a changed configuration in the ledger, by its hash. Before the first sealed day there is nothing to compare with. */
export async function recordSettingChanges(
  ledger: Ledger,
  configSha256: string,
  { files, root }: { readonly files: Files; readonly root: string },
  signal: AbortSignal,
): Promise<void> {
  const { newestSeal, settings: changed } = ledger.index;
  if (newestSeal === null) return;
  const manifest = await heldManifest(newestSeal, folderSource(files, root), signal);
  if ((changed.configSha256 ?? manifest?.config_sha256) !== configSha256)
    await ledger.append({ type: "config-changed", config_sha256: configSha256 }, "daybook");
}

/** Undefined when the package was pruned. No sink is read for it: it may be down, and a duplicate entry is better than a missing one. */
async function heldManifest(
  sealed: NewestSeal,
  source: ArchiveSource,
  signal: AbortSignal,
): Promise<Manifest | undefined> {
  const path = `${packagePath(sealed.day, sealed.revision)}/manifest.json`;
  if ((await source.stat(path, signal)) === undefined) return undefined;
  return readManifest(source, sealed, signal);
}
