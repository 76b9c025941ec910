import { ArchiveKeys, givenKeys, pemKeyId } from "../archive/keys.js";
import { parseIdentity } from "../ledger/archive-tree.js";
import type { ArchiveIdentity } from "../ledger/archive-tree.js";
import { DaybookError } from "../model/errors.js";
import { fingerprintOf } from "../archive/known-keys.js";
import { readSmall } from "../archive/source.js";
import { LIMITS } from "../archive/layout.js";
import { guard } from "./audit.js";
import type { Audit } from "./audit.js";

/** The keys of an archive under audit. */
export interface AuditKeys {
  /** Those that the newest head must be signed by: the auditor's own when given, else the archive's. */
  readonly trusted: ArchiveKeys;
  /** Trusted ones and the archive's own, which count only because the ledger under a trusted head introduces them. */
  readonly all: ArchiveKeys;
  /** What people compare: SHA-256 of the key's DER form, for every key in `all`. */
  readonly fingerprints: readonly KeyFingerprint[];
}

export interface KeyFingerprint {
  readonly id: string;
  readonly fingerprint: string;
}

const MAX_KEYS = 1000;

/** What `archive.json` says; undefined after a finding. ARCHIVE_NOT_FOUND where there is nothing at all. */
export async function checkIdentity(audit: Audit): Promise<ArchiveIdentity | undefined> {
  const path = "archive.json";
  return guard(audit, path, undefined, async () => {
    const bytes = await readSmall(audit.reader, path, LIMITS.smallFile, audit.signal);
    if (bytes !== undefined) return parseIdentity(bytes, path);
    if (await isEmpty(audit)) {
      throw new DaybookError("ARCHIVE_NOT_FOUND", {
        message: "archive.json: found an empty place, expected an archive",
      });
    }
    audit.found.add("FILE_MISSING", { subject: path, found: "nothing", expected: "a file" });
    return undefined;
  });
}

async function isEmpty(audit: Audit): Promise<boolean> {
  const first = await audit.reader.list("", audit.signal)[Symbol.asyncIterator]().next();
  return first.done === true;
}

/** KEY_NOT_FOUND when there is none at all, or when a given one is no Ed25519 public key. */
export async function readKeys(
  audit: Audit,
  origin: string,
  givenPems: readonly string[],
): Promise<AuditKeys> {
  const given = givenKeys(givenPems, origin);
  const own = await readOwnKeys(audit, origin);
  const trusted = given.size > 0 ? given : own;
  if (trusted.size === 0) {
    throw new DaybookError("KEY_NOT_FOUND", {
      message: "keys/: found no usable public key, expected one at least",
    });
  }
  const all = new Map([...own, ...given]);
  return {
    trusted: new ArchiveKeys(origin, trusted),
    all: new ArchiveKeys(origin, all),
    fingerprints: [...all].map(([id, pem]) => ({ id, fingerprint: fingerprintOf(pem) })),
  };
}

async function readOwnKeys(audit: Audit, origin: string): Promise<Map<string, string>> {
  const pems = new Map<string, string>();
  for await (const path of audit.reader.list("keys/", audit.signal)) {
    const id = /^keys\/([0-9a-f]{8})\.pem$/.exec(path)?.[1];
    if (id === undefined || pems.size === MAX_KEYS) continue; // Reported as foreign, later.
    const bytes = await guard(audit, path, undefined, () =>
      readSmall(audit.reader, path, LIMITS.smallFile, audit.signal),
    );
    if (bytes === undefined) continue;
    const pem = new TextDecoder().decode(bytes);
    const found = pemKeyId(origin, pem);
    if (found === id) pems.set(id, pem);
    else
      audit.found.add("KEY_MISNAMED", {
        subject: path,
        found: found ?? "no Ed25519 public key",
        expected: id,
      });
  }
  return pems;
}
