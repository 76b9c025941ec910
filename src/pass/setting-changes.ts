import type { Files } from "../io/files.js";
import type { NewestSeal } from "../ledger/ledger-index.js";
import type { Ledger } from "../ledger/ledger.js";
import { packagePath } from "../model/manifest.js";
import type { Manifest } from "../model/manifest.js";
import { folderSource } from "../archive/source.js";
import { readManifest } from "../archive/sealed-package.js";

/** What every manifest says of the configuration that it was made under. */
export interface Settings {
  readonly configSha256: string;
  readonly retention: Pick<Manifest["retention"], "schedule" | "keep">;
}

/**
 * Says in the ledger what is set otherwise than before: the configuration, by its hash (fault 86), and the retention of the
 * days sealed from now on; those sealed already keep theirs (fault 84). Before the first day there is no "before".
 */
export async function recordSettingChanges(
  ledger: Ledger,
  { configSha256, retention }: Settings,
  { files, root }: { readonly files: Files; readonly root: string },
): Promise<void> {
  const { newestSeal, settings: said } = ledger.index;
  if (newestSeal === null) return;
  const manifest = await heldManifest(newestSeal, files, root);
  if ((said.configSha256 ?? manifest?.config_sha256) !== configSha256)
    await ledger.append({ type: "config-changed", config_sha256: configSha256 }, "daybook");
  const kept = said.retention ?? manifest?.retention;
  const { schedule, keep } = retention;
  if (kept?.schedule !== schedule || kept.keep !== keep)
    await ledger.append({ type: "schedule-changed", schedule, keep }, "daybook");
}

/** Undefined when the package was pruned: a sink that has it may be down, and the ledger had rather say a thing twice. */
async function heldManifest(sealed: NewestSeal, files: Files, root: string): Promise<Manifest | undefined> {
  const { day, revision } = sealed;
  const source = folderSource(files, root);
  const { signal } = new AbortController();
  const stat = await source.stat(`${packagePath(day, revision)}/manifest.json`, signal);
  return stat === undefined ? undefined : readManifest(source, sealed, signal);
}
