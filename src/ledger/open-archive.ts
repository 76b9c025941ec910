import type { Files } from "../io/files.js";
import { DaybookError } from "../model/errors.js";
import type { Signer } from "../model/signer.js";
import { createArchive, isCreated, readIdentity, requireTenant } from "./archive-tree.js";
import type { ArchiveIdentity, CreateOptions } from "./archive-tree.js";
import { Ledger } from "./ledger.js";
import { headOf, readLedger } from "./read-ledger.js";
import type { LedgerContent } from "./read-ledger.js";
import { reportUnproven, setAsideUnproven } from "./unproven-entries.js";
import { recover } from "./recovery.js";
import { SignedHead } from "./signed-head.js";

/** An archive ready for work. */
export interface OpenArchive {
  readonly identity: ArchiveIdentity;
  readonly ledger: Ledger;
  readonly signer: Signer;
  /** What was done to put it in order; empty after an orderly stop. */
  readonly recovered: readonly string[];
}

/** Opens the archive for writing, creating it when there is none; then recovery. The caller holds the archive's lock. */
export async function openArchive(options: CreateOptions, signal: AbortSignal): Promise<OpenArchive> {
  const { files, clock, root, tenantId, signingKey } = options;
  if (!(await isCreated(files, root))) await createArchive(options);
  const { identity, ledger: content } = await readArchive(files, root, signal);
  requireTenant(identity, tenantId, root);
  const signer = signingKey.signerFor(identity.origin);
  requireKnown(signer, content, root);
  const unproven = await setAsideUnproven(files, root, content);
  const { origin } = identity;
  const signedHead = new SignedHead(files, options.signedHeads, origin);
  await signedHead.requireNoOther(headOf(origin, content));
  const ledger = new Ledger({ files, clock, root, origin, signer, signedHead }, content);
  if (unproven !== undefined) await reportUnproven(ledger, unproven);
  const recovered = await recover({ files, root, identity, ledger }, signal);
  await ledger.completeCheckpoint();
  return { identity, ledger, signer, recovered };
}

/** Reads an archive without changing it; needs no lock and no private key. */
export async function readArchive(
  files: Files,
  root: string,
  signal: AbortSignal,
): Promise<{ readonly identity: ArchiveIdentity; readonly ledger: LedgerContent }> {
  const identity = await readIdentity(files, root);
  return { identity, ledger: await readLedger({ files, root, origin: identity.origin }, signal) };
}

function requireKnown(signer: Signer, { keys }: LedgerContent, root: string): void {
  if (keys.ids.includes(signer.keyId)) return;
  throw new DaybookError("CONFIG_INVALID", {
    message: `${root}: signing key: found ${signer.keyId}, expected a key of this archive (${keys.ids.join(", ")})`,
    hint: "bring back the private key of the archive: without it nothing can be added; see _Backup_ in docs/OPERATIONS.md",
  });
}
