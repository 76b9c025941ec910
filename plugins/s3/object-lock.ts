import type { HeadObjectCommandOutput, ObjectLockRetentionMode } from "@aws-sdk/client-s3";
import { DAY_MS, DaybookError, utcDayOf } from "daybook/plugin";
import type { UtcDay } from "daybook/plugin";
import type { Bucket } from "./bucket.js";
import { versionsOf } from "./listing.js";

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

/** Locks every version with content until then at least. A lock that is longer or stricter stays. SINK_NOT_FOUND when there is none. */
export async function extendLocks(
  bucket: Bucket,
  { key, versioning, lock }: { key: string; versioning: boolean; lock: Lock },
  signal: AbortSignal,
): Promise<void> {
  for (const found of await contentOf(bucket, key, versioning, signal)) {
    if (!isAtLeast(lockOf(found), lock)) await strengthenLock(bucket, { key, found, lock }, signal);
  }
}

/** Sets or lifts the legal hold of every version with content, and reads each back. SINK_NOT_FOUND when there is none. */
export async function setLegalHold(
  bucket: Bucket,
  { key, versioning, on }: { key: string; versioning: boolean; on: boolean },
  signal: AbortSignal,
): Promise<void> {
  const Status = on ? "ON" : "OFF";
  for (const found of await contentOf(bucket, key, versioning, signal)) {
    await bucket.send(key, signal, (s3, target, http) =>
      s3.putObjectLegalHold({ ...target, ...versionIn(key, found), LegalHold: { Status } }, http),
    );
    const after = await bucket.head(key, signal, found.VersionId);
    if ((after?.ObjectLockLegalHoldStatus === "ON") === on) continue;
    throw new DaybookError("SINK_MISMATCH", {
      message: `${key}: read back: expected legal hold ${Status}, found ${after?.ObjectLockLegalHoldStatus ?? "none"}`,
    });
  }
}

/**
 * The refusal to remove an object, with its locks in words; undefined when none stands. `nowMs` is the time at which locks
 * count as over; 0 once the store itself has refused.
 */
export function refusalBy(
  key: string,
  found: HeadObjectCommandOutput | undefined,
  nowMs: number,
): DaybookError | undefined {
  const hold = found?.ObjectLockLegalHoldStatus === "ON";
  const lock = found && lockOf(found);
  const isLocked = lock !== undefined && lock.until.getTime() > nowMs;
  if (!hold && !isLocked) return undefined;
  const words = [...(isLocked ? [`a lock, ${lockWords(lock)}`] : []), ...(hold ? ["a legal hold"] : [])];
  return new DaybookError("SINK_REFUSED", {
    message: `${key}: removal: expected an object that may go, found ${words.join(" and ")}`,
    hint: hold
      ? "release the hold that stands on the day; one that was set in the bucket itself is lifted there"
      : "the object stays until the lock ends; run the disposal again from that day on",
    lock: { ...(isLocked ? { until: firstDayAfter(lock.until) } : {}), ...(hold ? { hold } : {}) },
  });
}

/** What the store reports of each version that holds content. */
async function contentOf(
  bucket: Bucket,
  key: string,
  versioning: boolean,
  signal: AbortSignal,
): Promise<readonly HeadObjectCommandOutput[]> {
  const versions = versioning
    ? (await versionsOf(bucket, key, signal)).filter(({ isMarker }) => !isMarker)
    : [{ version: undefined }];
  const found: HeadObjectCommandOutput[] = [];
  for (const { version } of versions) {
    const head = await bucket.head(key, signal, version);
    if (head !== undefined) found.push(head);
  }
  if (found.length > 0) return found;
  throw new DaybookError("SINK_NOT_FOUND", { message: `${key}: expected an object, found none` });
}

/** A lock that ends during a day ends for people on the next one. */
function firstDayAfter(until: Date): UtcDay {
  return utcDayOf(until.getTime() + DAY_MS - 1);
}

export function lockWords(lock: Lock | undefined): string {
  return lock === undefined ? "none" : `${lock.mode.toLowerCase()} until ${lock.until.toISOString()}`;
}

function versionIn(key: string, found: HeadObjectCommandOutput): { Key: string; VersionId?: string } {
  return { Key: key, ...(found.VersionId === undefined ? {} : { VersionId: found.VersionId }) };
}
