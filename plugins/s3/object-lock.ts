import type { HeadObjectCommandOutput, ObjectLockRetentionMode } from "@aws-sdk/client-s3";
import { DaybookError } from "daybook/plugin";
import type { Bucket } from "./bucket.js";

/** The lock of an object. A compliance lock cannot be removed; a governance lock can, with the right to do so. */
export interface Lock {
  readonly mode: ObjectLockRetentionMode;
  readonly until: Date;
}

/** The lock that the object carries now. */
export function lockOf(found: HeadObjectCommandOutput): Lock | undefined {
  const { ObjectLockMode: mode, ObjectLockRetainUntilDate: until } = found;
  return mode === undefined || until === undefined ? undefined : { mode, until };
}

export function isAtLeast(found: Lock | undefined, wanted: Lock): boolean {
  if (found === undefined || found.until < wanted.until) return false;
  return found.mode === "COMPLIANCE" || wanted.mode === "GOVERNANCE";
}

/** Locks an existing object, or makes its lock longer or stricter; never shorter or weaker. */
export async function strengthenLock(
  bucket: Bucket,
  { key, found, lock }: { key: string; found: HeadObjectCommandOutput; lock: Lock },
  signal: AbortSignal,
): Promise<void> {
  const current = lockOf(found);
  const Mode = current?.mode === "COMPLIANCE" ? "COMPLIANCE" : lock.mode;
  const RetainUntilDate = current !== undefined && current.until > lock.until ? current.until : lock.until;
  await bucket.send(key, signal, (s3, target, http) =>
    s3.putObjectRetention(
      { ...target, ...versionIn(key, found), Retention: { Mode, RetainUntilDate } },
      http,
    ),
  );
  const after = await bucket.head(key, signal, found.VersionId);
  if (after !== undefined && isAtLeast(lockOf(after), lock)) return;
  throw new DaybookError("SINK_MISMATCH", {
    message: `${key}: read back: expected a lock ${lockWords(lock)}, found ${lockWords(after && lockOf(after))}`,
  });
}

/** Sets or lifts the legal hold of the newest version. SINK_NOT_FOUND when there is none. */
export async function setLegalHold(
  bucket: Bucket,
  key: string,
  on: boolean,
  signal: AbortSignal,
): Promise<void> {
  const found = await bucket.head(key, signal);
  if (found === undefined) {
    throw new DaybookError("SINK_NOT_FOUND", { message: `${key}: expected an object, found none` });
  }
  const Status = on ? "ON" : "OFF";
  await bucket.send(key, signal, (s3, target, http) =>
    s3.putObjectLegalHold({ ...target, ...versionIn(key, found), LegalHold: { Status } }, http),
  );
  const after = await bucket.head(key, signal, found.VersionId);
  if ((after?.ObjectLockLegalHoldStatus === "ON") === on) return;
  throw new DaybookError("SINK_MISMATCH", {
    message: `${key}: read back: expected legal hold ${Status}, found ${after?.ObjectLockLegalHoldStatus ?? "none"}`,
  });
}

export function lockWords(lock: Lock | undefined): string {
  return lock === undefined ? "none" : `${lock.mode.toLowerCase()} until ${lock.until.toISOString()}`;
}

function versionIn(key: string, found: HeadObjectCommandOutput): { Key: string; VersionId?: string } {
  return { Key: key, ...(found.VersionId === undefined ? {} : { VersionId: found.VersionId }) };
}
