import { createHash, randomUUID } from "node:crypto";
import { DaybookError, isDaybookError } from "daybook/plugin";
import type { Expected } from "daybook/plugin";
import type { Bucket } from "./bucket.js";
import { requireSettings } from "./bucket-settings.js";
import { keysBelow } from "./listing.js";
import type { Lock } from "./object-lock.js";
import { setLegalHold } from "./object-lock.js";
import { hashObject } from "./reading.js";
import { removeObject, removeVersion } from "./removal.js";
import type { S3StoreOptions } from "./store-options.js";
import { storeObject } from "./upload.js";

/** How long the probe is locked: long enough to test the lock, short enough to wait for its end. */
const LOCKED_MS = 4_000;
const CLOCK_LAG_MS = 8_000;
const PAUSE_MS = 500;
const STOPPING_MS = 1_000;

/**
 * Compares the bucket's settings with the options, then does with an object of its own all that storing, reading and
 * removing one takes. The object's lock ends seconds later, so it can go: nothing that stays for years is ever written.
 */
export async function probeBucket(options: S3StoreOptions, signal: AbortSignal): Promise<void> {
  await requireSettings(options, signal);
  // `~` is in no key of Daybook's: no listing shows the probe and no object meets it.
  const probe = new Probe(options, `${options.prefix}~probe-${randomUUID()}`);
  try {
    await probe.store(signal);
    await probe.requireRefusals(signal);
    await probe.read(signal);
  } catch (error) {
    // The first failure is reported. After an abort nobody waits for the lock to end: a few bytes stay behind.
    const limit = AbortSignal.timeout(signal.aborted ? STOPPING_MS : LOCKED_MS + CLOCK_LAG_MS);
    await probe.remove(limit).catch(() => {});
    throw error;
  }
  await probe.remove(signal);
}

class Probe {
  readonly key: string;
  readonly #options: S3StoreOptions;
  readonly #bucket: Bucket;
  readonly #bytes: Buffer;
  readonly #expected: Expected;
  readonly #lock: Lock | undefined;

  constructor(options: S3StoreOptions, key: string) {
    this.key = key;
    this.#options = options;
    this.#bucket = options.bucket;
    this.#bytes = Buffer.from(`probe of daybook ${key}\n`);
    this.#expected = { bytes: this.#bytes.length, sha256: sha256Of(this.#bytes).toString("hex") };
    const { lockMode: mode, clock } = options;
    this.#lock =
      mode === undefined ? undefined : { mode, until: new Date(wholeSecond(clock.now() + LOCKED_MS)) };
  }

  /** As every object is stored: the upload is read back. */
  async store(signal: AbortSignal): Promise<void> {
    await this.#put(true, signal);
  }

  /** What the archive relies on, and what several stores silently ignore. */
  async requireRefusals(signal: AbortSignal): Promise<void> {
    if (this.#lock !== undefined && (await this.#isDeletable(this.#lock, signal))) {
      throw weaker(this.#bucket, "a locked object to be kept", "it was removed");
    }
    const isOverwritten = await succeeds(this.#put(true, signal), "SINK_CONFLICT");
    if (isOverwritten) throw weaker(this.#bucket, "If-None-Match to keep an object", "it was overwritten");
    const isUnchecked = await succeeds(this.#putWrong(signal), "SINK_UNAVAILABLE", "SINK_REFUSED");
    if (isUnchecked) throw weaker(this.#bucket, "a wrong SHA-256 checksum to be refused", "it was taken");
  }

  async read(signal: AbortSignal): Promise<void> {
    const sha256 = await hashObject(this.#bucket, this.key, signal);
    if (sha256 !== this.#expected.sha256) {
      throw weaker(this.#bucket, `sha256 ${this.#expected.sha256}`, sha256);
    }
    let isListed = false;
    for await (const key of keysBelow(this.#bucket, this.key, signal)) isListed ||= key === this.key;
    if (!isListed) throw weaker(this.#bucket, "a new object in the listing", "none");
    // Lifting an absent hold needs the same permission, and cannot leave a hold behind.
    if (this.#lock !== undefined)
      await setLegalHold(this.#bucket, { key: this.key, versioning: true, on: false }, signal);
  }

  /** Where the credential may not remove objects, a probe in a locked bucket stays, and the log says so. */
  async remove(signal: AbortSignal): Promise<void> {
    const { clock, log, versioning } = this.#options;
    const until = this.#lock?.until.getTime() ?? 0;
    for (;;) {
      try {
        await removeObject({ bucket: this.#bucket, versioning, clock }, this.key, signal);
        return;
      } catch (error) {
        if (this.#lock === undefined || !isDaybookError(error, "SINK_REFUSED")) throw error;
      }
      // The server's clock may be behind this one's.
      if (clock.now() > until + CLOCK_LAG_MS) {
        log.warn({ bucket: this.#bucket.name, key: this.key, until }, "probe left in a locked bucket");
        return;
      }
      await clock.sleep(Math.max(until - clock.now(), PAUSE_MS), signal);
    }
  }

  async #put(onlyIfAbsent: boolean, signal: AbortSignal): Promise<void> {
    const { upload } = this.#options;
    const wanted = { key: this.key, expected: this.#expected, lock: this.#lock };
    await storeObject(this.#bucket, { ...upload, ...wanted, body: once(this.#bytes), onlyIfAbsent }, signal);
  }

  async #putWrong(signal: AbortSignal): Promise<void> {
    await this.#bucket.send(this.key, signal, (s3, target, http) =>
      s3.putObject(
        {
          ...target,
          Key: this.key,
          // Bytes, not a stream: the SDK signs their true hash, so only the checksum is wrong.
          Body: this.#bytes,
          ChecksumAlgorithm: "SHA256",
          ChecksumSHA256: sha256Of(Buffer.from("other bytes")).toString("base64"),
          ...(this.#lock === undefined
            ? {}
            : { ObjectLockMode: this.#lock.mode, ObjectLockRetainUntilDate: this.#lock.until }),
        },
        http,
      ),
    );
  }

  async #isDeletable(lock: Lock, signal: AbortSignal): Promise<boolean> {
    const found = await this.#bucket.head(this.key, signal);
    const isDeleted = await succeeds(
      removeVersion(this.#bucket, this.key, found?.VersionId, signal),
      "SINK_REFUSED",
    );
    // On a very slow network the lock has ended by now.
    return isDeleted && this.#options.clock.now() < lock.until.getTime();
  }
}

/** False when the call fails with one of the expected codes. */
async function succeeds(
  call: Promise<unknown>,
  ...codes: readonly ("SINK_CONFLICT" | "SINK_REFUSED" | "SINK_UNAVAILABLE")[]
): Promise<boolean> {
  try {
    await call;
    return true;
  } catch (error) {
    if (codes.some((code) => isDaybookError(error, code))) return false;
    throw error;
  }
}

function weaker(bucket: Bucket, expected: string, found: string): DaybookError {
  return new DaybookError("SINK_REFUSED", {
    message: `${bucket.name}: probe: expected ${expected}, found that ${found}`,
    hint: "this store does not keep what the archive relies on; see the plugin's README",
  });
}

async function* once(bytes: Uint8Array): AsyncGenerator<Uint8Array> {
  yield bytes;
}

function sha256Of(bytes: Uint8Array): Buffer {
  return createHash("sha256").update(bytes).digest();
}

/** Stores keep whole seconds only: rounded down, the time could have passed already. */
function wholeSecond(ms: number): number {
  return Math.ceil(ms / 1_000) * 1_000;
}
