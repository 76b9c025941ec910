import type { HeadObjectCommandOutput } from "@aws-sdk/client-s3";
import { DaybookError, abortable, assertKey, conflict, isDaybookError, parseUtcDay } from "daybook/plugin";
import type {
  Body,
  Expected,
  ObjectStat,
  ObjectStore,
  RemovalReceipt,
  StoreProtection,
  UtcDay,
} from "daybook/plugin";
import type { Bucket } from "./bucket.js";
import { protectionOf, requireSettings } from "./bucket-settings.js";
import { keysBelow, keysShown, versionsOf } from "./listing.js";
import { extendLocks, isAtLeast, lockOf, setLegalHold, strengthenLock } from "./object-lock.js";
import type { Lock } from "./object-lock.js";
import { probeBucket } from "./probe-bucket.js";
import { storedSha256 } from "./read-back.js";
import { hashObject, readObject } from "./reading.js";
import { removeObject, removeVersion } from "./removal.js";
import type { S3StoreOptions } from "./store-options.js";
import { storeObject } from "./upload.js";

/** An object as it must be, under its key in the bucket. */
interface Wanted {
  readonly key: string;
  readonly expected: Expected;
  readonly lock: Lock | undefined;
}

/** Objects in an S3 bucket: each one put that fails where an object stands, then read back as the store shows it. */
export class S3Store implements ObjectStore {
  readonly #options: S3StoreOptions;
  readonly #bucket: Bucket;
  /** Both only where the options ask for locks. */
  readonly setHold?: NonNullable<ObjectStore["setHold"]>;
  readonly extendRetention?: NonNullable<ObjectStore["extendRetention"]>;

  constructor(options: S3StoreOptions) {
    this.#options = options;
    this.#bucket = options.bucket;
    const { lockMode: mode, versioning } = options;
    if (mode === undefined) return;
    this.setHold = async (key, on, signal) =>
      setLegalHold(this.#bucket, { key: this.#keyOf(key), versioning, on }, signal);
    this.extendRetention = async (key, until, signal) => {
      const lock = this.#lockUntil(until);
      if (lock !== undefined)
        await extendLocks(this.#bucket, { key: this.#keyOf(key), versioning, lock }, signal);
    };
  }

  /** The settings, and whether the credential may list; nothing short of a put shows whether it may put. */
  async look(signal: AbortSignal): Promise<undefined> {
    await requireSettings(this.#options, signal);
    // `~` is in no key: one short page, whatever the bucket holds.
    await keysBelow(this.#bucket, `${this.#options.prefix}~`, signal).next();
    return undefined;
  }

  check(signal: AbortSignal): Promise<void> {
    return probeBucket(this.#options, signal);
  }

  async putNew(
    key: string,
    body: Body,
    expected: Expected,
    signal: AbortSignal,
  ): Promise<"stored" | "already-there"> {
    const at = this.#keyOf(key);
    const wanted = { key: at, expected, lock: this.#lockUntil(expected.retainUntil) };
    // Saves an upload, and finds an object behind a delete marker, which the condition of a put does not see.
    const found = await this.#bucket.head(at, signal);
    if (found !== undefined) return this.#compare(wanted, found, signal);
    const upload = { ...this.#options.upload, ...wanted, body, onlyIfAbsent: true };
    try {
      const version = await storeObject(this.#bucket, upload, signal);
      if (await this.#isFirst(at, version, signal)) return "stored";
      await this.#withdraw(at, version, signal);
    } catch (error) {
      if (!isDaybookError(error, "SINK_CONFLICT")) throw error;
    }
    return this.#compareWithFirst(wanted, signal);
  }

  /** Without a lock: what is replaced is not a record, and each of its versions would have to stay. */
  async replace(key: string, body: Body, expected: Expected, signal: AbortSignal): Promise<void> {
    const wanted = { key: this.#keyOf(key), body, expected, lock: undefined, onlyIfAbsent: false };
    await storeObject(this.#bucket, { ...this.#options.upload, ...wanted }, signal);
  }

  async get(key: string, signal: AbortSignal): Promise<AsyncIterable<Uint8Array>> {
    return readObject(this.#bucket, this.#keyOf(key), signal);
  }

  async stat(key: string, signal: AbortSignal): Promise<ObjectStat | undefined> {
    const found = await this.#bucket.head(this.#keyOf(key), signal);
    return found === undefined ? undefined : statOf(found);
  }

  async *list(prefix: string, signal: AbortSignal): AsyncGenerator<string> {
    const start = this.#options.prefix + prefix;
    const keys = this.#options.versioning ? keysShown : keysBelow;
    for await (const key of abortable(keys(this.#bucket, start, signal), signal)) {
      const own = key.slice(this.#options.prefix.length);
      if (isKey(own)) yield own;
    }
  }

  async remove(key: string, signal: AbortSignal): Promise<RemovalReceipt> {
    return removeObject(this.#options, this.#keyOf(key), signal);
  }

  protection(signal: AbortSignal): Promise<StoreProtection> {
    return protectionOf(this.#options, signal);
  }

  close(): Promise<void> {
    return this.#bucket.close();
  }

  #keyOf(key: string): string {
    assertKey(key);
    return this.#options.prefix + key;
  }

  /** S3 takes no date in the past: an object whose retention is over is not locked. */
  #lockUntil(day: UtcDay | undefined): Lock | undefined {
    const { lockMode: mode, clock } = this.#options;
    if (mode === undefined || day === undefined) return undefined;
    const until = new Date(`${day}T00:00:00.000Z`);
    return until.getTime() > clock.now() ? { mode, until } : undefined;
  }

  /**
   * Whether no other writer was faster. Ceph 20 checks the condition of a put before it makes a version, so in a bucket with
   * versions several writers can pass at once. The order of the versions shows who was first.
   */
  async #isFirst(key: string, version: string | undefined, signal: AbortSignal): Promise<boolean> {
    const first = await this.#firstVersion(key, signal);
    return version === undefined || first === undefined || first === version;
  }

  async #firstVersion(key: string, signal: AbortSignal): Promise<string | undefined> {
    if (!this.#options.versioning) return undefined;
    const versions = await versionsOf(this.#bucket, key, signal);
    return versions.findLast(({ isMarker }) => !isMarker)?.version;
  }

  async #withdraw(key: string, version: string | undefined, signal: AbortSignal): Promise<void> {
    try {
      await removeVersion(this.#bucket, key, version, signal);
    } catch (error) {
      // A locked version stays beside the first. Nothing is lost, and the conflict is reported.
      if (!isDaybookError(error, "SINK_REFUSED")) throw error;
    }
  }

  async #compareWithFirst(wanted: Wanted, signal: AbortSignal): Promise<"already-there"> {
    const { key } = wanted;
    const found = await this.#bucket.head(key, signal, await this.#firstVersion(key, signal));
    if (found !== undefined) return this.#compare(wanted, found, signal);
    throw new DaybookError("SINK_UNAVAILABLE", {
      message: `${key}: expected the object of another writer, found none yet`,
    });
  }

  async #compare(
    { key, expected, lock }: Wanted,
    found: HeadObjectCommandOutput,
    signal: AbortSignal,
  ): Promise<"already-there"> {
    const bytes = found.ContentLength ?? 0;
    const sha256 =
      bytes === expected.bytes
        ? (storedSha256(found) ?? (await hashObject(this.#bucket, key, signal, found.VersionId)))
        : undefined;
    if (sha256 !== expected.sha256) throw conflict(key, expected, { bytes, sha256 });
    // The retention may have become longer since, or the upload may have lost its lock.
    if (lock !== undefined && !isAtLeast(lockOf(found), lock)) {
      await strengthenLock(this.#bucket, { key, found, lock }, signal);
    }
    return "already-there";
  }
}

function statOf(found: HeadObjectCommandOutput): ObjectStat {
  const sha256 = storedSha256(found);
  const retainUntil = parseUtcDay(found.ObjectLockRetainUntilDate?.toISOString().slice(0, 10) ?? "");
  return {
    bytes: found.ContentLength ?? 0,
    ...(sha256 === undefined ? {} : { sha256 }),
    ...(retainUntil === undefined ? {} : { retainUntil }),
    ...(found.ObjectLockLegalHoldStatus === "ON" ? { hold: true } : {}),
    ...(found.VersionId === undefined ? {} : { version: found.VersionId }),
  };
}

/** Whether the name can be a key of ours: probes and what others put into the bucket cannot. */
function isKey(name: string): boolean {
  return name.split("/").every((segment) => /^(?!\.{1,2}$)[A-Za-z0-9._=-]+$/.test(segment));
}
