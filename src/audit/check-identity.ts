import { ArchiveKeys, givenKeys, pemKeyId } from "../archive/keys.js";
import { parseIdentity } from "../ledger/archive-tree.js";
import type { ArchiveIdentity } from "../ledger/archive-tree.js";
import { DaybookError } from "../model/errors.js";
import { fingerprintOf } from "../archive/known-keys.js";
import { isAbsence, readSmall } from "../archive/source.js";
import { isArchiveFault } from "../archive/flaw.js";
import { parseHead } from "../archive/head.js";
import type { SignedHead } from "../archive/head.js";
import { LIMITS, keyPath } from "../archive/layout.js";
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

/**
 * Undefined after a finding that leaves nothing to check signatures with. KEY_NOT_FOUND when there is no key at all, or when a
 * given one is no Ed25519 public key.
 */
export async function readKeys(
  audit: Audit,
  origin: string,
  givenPems: readonly string[],
): Promise<AuditKeys | undefined> {
  const pems = await readPems(audit);
  if (!(await isOriginOfHead(audit, origin, [...givenPems, ...pems.values()]))) return undefined;
  const given = givenKeys(givenPems, origin);
  const own = namedRight(audit, origin, pems);
  const trusted = given.size > 0 ? given : own;
  if (trusted.size === 0) {
    if (audit.found.counts.damage > 0) return undefined;
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

/**
 * False, with a finding, when one of the keys signed the newest head for another archive than `archive.json` names: that file is
 * not signed, every key id depends on it, and all signatures would be blamed instead.
 */
async function isOriginOfHead(audit: Audit, origin: string, pems: readonly string[]): Promise<boolean> {
  const signed = await headToCompare(audit);
  if (signed === undefined || signed.head.origin === origin) return true;
  const { head, keyId } = signed;
  const signer = pems.find((pem) => pemKeyId(head.origin, pem) === keyId);
  if (signer === undefined) return true;
  const keys = new ArchiveKeys(head.origin, new Map([[keyId, signer]]));
  if (!keys.verify(keyId, signed.text, signed.signature)) return true;
  audit.found.add("ARCHIVE_IDENTITY", {
    subject: "archive.json",
    found: origin,
    expected: `${head.origin}, for which ${keyPath(keyId)} signed the head`,
  });
  return false;
}

/** Undefined where there is none of its form: the check of the ledger reports that. */
async function headToCompare({ reader, signal }: Audit): Promise<SignedHead | undefined> {
  try {
    const bytes = await readSmall(reader, "head", LIMITS.head, signal);
    return bytes && parseHead(bytes);
  } catch (error) {
    signal.throwIfAborted();
    if (isAbsence(error) || isArchiveFault(error)) return undefined;
    throw error;
  }
}

/** The archive's own keys by the id in their names. */
async function readPems(audit: Audit): Promise<Map<string, string>> {
  const pems = new Map<string, string>();
  for await (const path of audit.reader.list("keys/", audit.signal)) {
    const id = /^keys\/([0-9a-f]{8})\.pem$/.exec(path)?.[1];
    if (id === undefined || pems.size === MAX_KEYS) continue; // Reported as foreign, later.
    const bytes = await guard(audit, path, undefined, () =>
      readSmall(audit.reader, path, LIMITS.smallFile, audit.signal),
    );
    if (bytes !== undefined) pems.set(id, new TextDecoder().decode(bytes));
  }
  return pems;
}

/** Those that lie under their own ids; a finding for each other one. */
function namedRight(
  audit: Audit,
  origin: string,
  pems: ReadonlyMap<string, string>,
): ReadonlyMap<string, string> {
  return new Map(
    [...pems].filter(([id, pem]) => {
      const found = pemKeyId(origin, pem);
      if (found === id) return true;
      audit.found.add("KEY_MISNAMED", {
        subject: keyPath(id),
        found: found ?? "no Ed25519 public key",
        expected: id,
      });
      return false;
    }),
  );
}
