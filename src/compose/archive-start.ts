import "reflect-metadata";
import { dirname, join } from "node:path";
import { inject, injectable } from "tsyringe";
import type { Disposable } from "tsyringe";
import type { LoadedConfig } from "../config/load.js";
import type { SecretSource } from "../config/secrets.js";
import { refuseSecondArchive } from "../deliver/first-start-check.js";
import type { OpenedSinks } from "../deliver/opened-sinks.js";
import type { Clock } from "../io/clock.js";
import type { Files } from "../io/files.js";
import { isCreated, readDocuments } from "../ledger/archive-tree.js";
import { openArchive } from "../ledger/open-archive.js";
import type { OpenArchive } from "../ledger/open-archive.js";
import { SigningKey, loadOrMakeSigningKey, loadSigningKey } from "../ledger/signing-key.js";
import type { Log } from "../model/log.js";
import { recordSettingChanges } from "../pass/setting-changes.js";
import { refuseUnfinishedRestore } from "../restore/unfinished-restore.js";
import type { TenantScope } from "./tenant-parts.js";
import { OPEN_SINKS, UNLOCK } from "./tokens.js";

/** The archive's lock and the opened sinks: the scope's `dispose` ends both. */
@injectable()
export class ArchiveHold implements Disposable {
  #sinks: OpenedSinks | undefined;

  constructor(
    @inject(OPEN_SINKS) private readonly openSinks: () => OpenedSinks,
    @inject(UNLOCK) private readonly unlock: () => void,
  ) {}

  get sinks(): OpenedSinks {
    return (this.#sinks ??= this.openSinks());
  }

  async dispose(): Promise<void> {
    await this.#sinks?.[Symbol.asyncDispose]();
    this.unlock();
  }
}

export interface StartParts {
  readonly tenant: string;
  readonly root: string;
  readonly files: Files;
  readonly clock: Clock;
  readonly log: Log;
  readonly scope: TenantScope;
  readonly loaded: LoadedConfig;
  readonly sinks: OpenedSinks;
  readonly signingKeyPem: (() => Promise<string>) | undefined;
}

/** Opens the archive whose lock this process has, or creates it, and ends or undoes interrupted steps. */
export async function startArchive(parts: StartParts, signal: AbortSignal): Promise<OpenArchive> {
  const { tenant, root, files, clock, log, sinks } = parts;
  const { tenantId } = parts.scope.config;
  if (!(await isCreated(files, root))) {
    await refuseUnfinishedRestore(files, root);
    await refuseSecondArchive(sinks.stores(), tenant, signal);
  }
  const documents = await readDocuments(files);
  const signingKey = await readSigningKey(parts);
  const signedHeads = dirname(root);
  const archive = await openArchive(
    { files, clock, root, tenantId, signingKey, documents, signedHeads },
    signal,
  );
  if (archive.recovered.length > 0) log.warn({ tenant, steps: archive.recovered }, "archive recovered");
  await recordSettingChanges(archive.ledger, parts.loaded.sha256, { files, root }, signal);
  return archive;
}

async function readSigningKey({ files, root, signingKeyPem }: StartParts): Promise<SigningKey> {
  if (signingKeyPem !== undefined) return SigningKey.fromPem(await signingKeyPem(), "signing.privateKey");
  const path = join(dirname(root), "signing-key.pem");
  // A new key could add nothing to an archive that is there: its own is missing, and that is what must be said.
  return (await isCreated(files, root)) ? loadSigningKey(files, path) : loadOrMakeSigningKey(files, path);
}

/** Reads the configured signing key, PEM; undefined: one is kept in the state folder. */
export function signingKeyDoor({
  loaded,
  secrets,
}: {
  readonly loaded: LoadedConfig;
  readonly secrets: SecretSource;
}): (() => Promise<string>) | undefined {
  const { privateKey } = loaded.config.signing;
  return privateKey && (() => secrets.text(privateKey));
}
