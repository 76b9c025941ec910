import type { Clock } from "../io/clock.js";
import type { Files } from "../io/files.js";
import { DAY_MS } from "../model/utc-day.js";
import type { Ledger } from "./ledger.js";
import { findPackages, sealedAs } from "./local-packages.js";
import { raise } from "../archive/flaw.js";
import { PackageCheck } from "../archive/package-check.js";
import { folderSource } from "../archive/folder-source.js";

export interface ProofOptions {
  readonly files: Files;
  readonly clock: Clock;
  /** The archive's folder in the state directory. */
  readonly root: string;
  readonly ledger: Ledger;
  /** Told what is being read, every few moments: years of it take long. */
  readonly note?: (what: string) => void;
}

/** Between two readings of the whole ledger; in between its checkpoint is believed. */
export const PROOF_LASTS_MS = 7 * DAY_MS;

/**
 * Reads what the archive's folder holds, before it is worked with: every sealed package against its manifest and the ledger,
 * and every ledger entry where that was last done more than a week ago. ARCHIVE_DAMAGED where something differs.
 */
export async function proveArchive(options: ProofOptions, signal: AbortSignal): Promise<void> {
  const { clock, ledger } = options;
  await provePackages(options, signal);
  // Either way: a clock that was ahead must not put the next proof off for years.
  if (Math.abs(clock.now() - ledger.provedAt) >= PROOF_LASTS_MS)
    await ledger.prove(signal, (entries) => options.note?.(`${entries} ledger entries read`));
}

async function provePackages(
  { files, root, ledger, note }: ProofOptions,
  signal: AbortSignal,
): Promise<void> {
  const source = folderSource(files, root);
  for (const found of await findPackages(files, root)) {
    signal.throwIfAborted();
    const sealed = sealedAs(ledger.index, found);
    if (sealed === undefined || ledger.index.days.get(found.day)?.disposing !== undefined) continue;
    const { path } = found;
    note?.(`reading ${path}`);
    const { day, revision } = found;
    const check = new PackageCheck({ source, keys: ledger.keys, day, revision, report: raise, signal });
    await check.whole(sealed.manifestSha256);
  }
}
