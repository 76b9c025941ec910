import { randomUUID } from "node:crypto";
import { dirname, join } from "node:path";
import type { Clock } from "../io/clock.js";
import type { Files } from "../io/files.js";
import { packageRoot } from "../io/package-files.js";
import { linkNew, replaceFile } from "../io/publish-file.js";
import { DaybookError } from "../model/errors.js";
import { FIRST_PREV, entryPath } from "../model/ledger-entry.js";
import { FORMAT } from "../model/manifest.js";
import { sha256Hex } from "../model/sha256.js";
import { stableJson } from "../model/stable-json.js";
import { isoTime } from "../model/utc-day.js";
import { ArchiveKeys } from "../archive/keys.js";
import { keyPath } from "../archive/layout.js";
import { MerkleTree } from "../bytes/merkle-tree.js";
import { parseJsonObject } from "./entry-format.js";
import { originOf } from "../archive/head.js";
import { LedgerIndex } from "./ledger-index.js";
import { Ledger } from "./ledger.js";
import { SignedHead } from "./signed-head.js";
import type { SigningKey } from "./signing-key.js";

/** What `archive.json` says. */
export interface ArchiveIdentity {
  readonly archiveId: string;
  readonly tenantId: string;
  readonly created: string;
  /** `daybook/<archive id>`: the name of the archive in heads and key ids. */
  readonly origin: string;
}

/** The texts that every archive carries. */
export interface ArchiveDocuments {
  readonly readme: Uint8Array;
  readonly format: Uint8Array;
}

export interface CreateOptions {
  readonly files: Files;
  readonly clock: Clock;
  readonly root: string;
  readonly tenantId: string;
  readonly signingKey: SigningKey;
  readonly documents: ArchiveDocuments;
  /** The folder beside the archive that keeps what the key has signed. */
  readonly signedHeads: string;
  /** A random UUID when absent. */
  readonly archiveId?: string;
}

const MAX_IDENTITY_BYTES = 65_536;
const UUID = /^[0-9a-f]{8}(?:-[0-9a-f]{4}){3}-[0-9a-f]{12}$/;

/** The documents that ship with Daybook. */
export async function readDocuments(files: Files): Promise<ArchiveDocuments> {
  const docs = join(packageRoot(), "docs");
  return {
    readme: await files.read(join(docs, "archive-readme.txt")),
    format: await files.read(join(docs, "FORMAT.md")),
  };
}

/** The archive exists from its first ledger entry on; what was written before it counts for nothing. */
export async function isCreated(files: Files, root: string): Promise<boolean> {
  return (await files.stat(join(root, entryPath(0)))) !== undefined;
}

/**
 * Creates the archive, or ends a creation that a crash interrupted. The caller holds the lock and knows that `isCreated` is
 * false. ARCHIVE_DAMAGED when the folder holds what only an archive with a ledger can hold.
 */
export async function createArchive(options: CreateOptions): Promise<ArchiveIdentity> {
  const { files, clock, root, signingKey, documents, signedHeads } = options;
  await refuseBeheaded(files, root);
  await makeFolders(files, root);
  const identity = await writeIdentity(options);
  const signer = signingKey.signerFor(identity.origin);
  const documentsByPath = new Map([
    ["README.txt", documents.readme],
    ["FORMAT.md", documents.format],
    [keyPath(signer.keyId), Buffer.from(signingKey.publicPem)],
  ]);
  const hashes: Record<string, string> = { "archive.json": sha256Hex(await readIdentityBytes(files, root)) };
  for (const [path, bytes] of documentsByPath) {
    await replaceFile(files, { path: join(root, path), bytes, staging: join(root, "staging") });
    hashes[path] = sha256Hex(bytes);
  }
  const keys = new ArchiveKeys(identity.origin, new Map([[signer.keyId, signingKey.publicPem]]));
  const index = new LedgerIndex();
  const nothing = {
    index,
    size: 0,
    lastHash: FIRST_PREV,
    tree: new MerkleTree(),
    headSize: 0,
    cachedHeadSize: 0,
    keys,
    unproven: 0,
  };
  const { origin } = identity;
  const signedHead = new SignedHead(files, signedHeads, origin);
  const ledger = new Ledger({ files, clock, root, origin, signer, signedHead }, nothing);
  await ledger.append({ type: "archive-created", files: hashes }, "daybook");
  return identity;
}

/** ARCHIVE_NOT_FOUND, ARCHIVE_TOO_NEW or ARCHIVE_DAMAGED when `archive.json` cannot be used. */
export async function readIdentity(files: Files, root: string): Promise<ArchiveIdentity> {
  const path = join(root, "archive.json");
  if ((await files.stat(path)) === undefined) {
    throw new DaybookError("ARCHIVE_NOT_FOUND", { message: `${path}: found nothing, expected an archive` });
  }
  return parseIdentity(await readIdentityBytes(files, root), path);
}

/** CONFIG_INVALID when the archive belongs to another tenant: two tenants' events must never share an archive. */
export function requireTenant(identity: ArchiveIdentity, tenantId: string, root: string): void {
  if (identity.tenantId === tenantId.toLowerCase()) return;
  throw new DaybookError("CONFIG_INVALID", {
    message: `${root}: the archive's tenant: found ${identity.tenantId}, expected ${tenantId} as configured`,
    hint: "give the tenant another name in the configuration, or correct its tenantId",
  });
}

/** A ledger that vanished must not be taken for one that never was. */
async function refuseBeheaded(files: Files, root: string): Promise<void> {
  const left = ["heads", "days", "ledger/000"].map(
    async (folder) => (await files.list(join(root, folder))).length,
  );
  const hasHead = (await files.stat(join(root, "head"))) !== undefined;
  if (!hasHead && (await Promise.all(left)).every((count) => count === 0)) return;
  throw new DaybookError("ARCHIVE_DAMAGED", {
    message: `${join(root, entryPath(0))}: found nothing, expected the first entry of the archive that is here`,
  });
}

async function makeFolders(files: Files, root: string): Promise<void> {
  for (const folder of ["ledger/000", "heads", "keys", "days", "spool", "staging", "quarantine"]) {
    await files.makeFolder(join(root, folder));
  }
  for (const folder of [join(root, "ledger"), root, dirname(root)]) await files.syncFolder(folder);
}

/** An id once written is kept over a crash. */
async function writeIdentity({
  files,
  clock,
  root,
  tenantId,
  archiveId,
}: CreateOptions): Promise<ArchiveIdentity> {
  if ((await files.stat(join(root, "archive.json"))) === undefined) {
    const bytes = stableJson({
      archive_id: archiveId ?? randomUUID(),
      tenant_id: tenantId.toLowerCase(),
      created: isoTime(clock.now()),
      format: FORMAT,
    });
    await linkNew(files, { path: join(root, "archive.json"), bytes, staging: join(root, "staging") });
  }
  await files.syncFolder(root);
  const identity = await readIdentity(files, root);
  requireTenant(identity, tenantId, root);
  return identity;
}

function readIdentityBytes(files: Files, root: string): Promise<Uint8Array> {
  return files.read(join(root, "archive.json"), MAX_IDENTITY_BYTES);
}

/** The same for bytes read elsewhere; `path` names them in errors. */
export function parseIdentity(bytes: Uint8Array, path: string): ArchiveIdentity {
  const { archive_id: archiveId, tenant_id: tenantId, created, format } = parseJsonObject(bytes) ?? {};
  if (format !== FORMAT && typeof format === "string" && /^daybook\/\d+$/.test(format)) {
    throw new DaybookError("ARCHIVE_TOO_NEW", {
      message: `${path}: format: found ${format}, expected ${FORMAT}`,
    });
  }
  const isWhole =
    format === FORMAT &&
    typeof created === "string" &&
    typeof tenantId === "string" &&
    typeof archiveId === "string";
  if (!isWhole || !UUID.test(archiveId)) {
    throw new DaybookError("ARCHIVE_DAMAGED", {
      message: `${path}: found another form, expected archive_id, tenant_id, created and format`,
    });
  }
  return { archiveId, tenantId, created, origin: originOf(archiveId) };
}
