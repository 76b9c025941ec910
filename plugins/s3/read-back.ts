import type { HeadObjectCommandOutput } from "@aws-sdk/client-s3";
import { DaybookError } from "daybook/plugin";
import { isAtLeast, lockOf, lockWords } from "./object-lock.js";
import type { Lock } from "./object-lock.js";

/** What the store must show of an object that it has accepted: several stores silently drop headers. */
export interface Promised {
  readonly bytes: number;
  /** As S3 gives it: base64, with `-N` behind it for an object of N parts. */
  readonly checksum: string;
  readonly lock?: Lock | undefined;
  readonly encryption?: string | undefined;
  readonly kmsKey?: string | undefined;
}

/** Throws SINK_MISMATCH unless the store shows all that was promised of the object. */
export function requireKept(
  key: string,
  found: HeadObjectCommandOutput | undefined,
  promised: Promised,
): void {
  if (found === undefined) throw notKept(key, "the object", "none");
  const { bytes, checksum, lock, encryption, kmsKey } = promised;
  if (found.ContentLength !== bytes) throw notKept(key, `${bytes} bytes`, String(found.ContentLength));
  if (found.ChecksumSHA256 !== checksum) {
    throw notKept(key, `the checksum ${checksum}`, found.ChecksumSHA256 ?? "none");
  }
  if (lock !== undefined && !isAtLeast(lockOf(found), lock)) {
    throw notKept(key, `a lock ${lockWords(lock)}`, lockWords(lockOf(found)));
  }
  if (encryption !== undefined && found.ServerSideEncryption !== encryption) {
    throw notKept(key, `encryption ${encryption}`, found.ServerSideEncryption ?? "none");
  }
  // An alias or a bare id comes back as the key's ARN, which cannot be compared.
  if (kmsKey?.includes(":key/") === true && found.SSEKMSKeyId !== kmsKey) {
    throw notKept(key, `the KMS key ${kmsKey}`, found.SSEKMSKeyId ?? "none");
  }
}

/** Lower-case hex of the whole object, where the store keeps it; of an object in parts it keeps none. */
export function storedSha256(found: HeadObjectCommandOutput): string | undefined {
  const checksum = found.ChecksumSHA256;
  return checksum === undefined || checksum.includes("-")
    ? undefined
    : Buffer.from(checksum, "base64").toString("hex");
}

function notKept(key: string, expected: string, found: string): DaybookError {
  return new DaybookError("SINK_MISMATCH", {
    message: `${key}: read back: expected ${expected}, found ${found}`,
    hint: "the store dropped it silently, or hides it from this credential; run `daybook sinks check`",
  });
}
