import { createHash } from "node:crypto";
import { Readable } from "node:stream";
import type { PutObjectCommandInput } from "@aws-sdk/client-s3";
import { expectedBody } from "daybook/plugin";
import type { Body, Expected } from "daybook/plugin";
import type { Bucket } from "./bucket.js";
import type { Lock } from "./object-lock.js";
import { requireKept } from "./read-back.js";

/** Headers of the object that are the same for one put and for many parts. */
export type ObjectHeaders = Pick<
  PutObjectCommandInput,
  | "ServerSideEncryption"
  | "SSEKMSKeyId"
  | "StorageClass"
  | "ObjectLockMode"
  | "ObjectLockRetainUntilDate"
  | "Metadata"
>;

/** How objects are uploaded to this bucket. */
export interface UploadRules {
  readonly headers: Pick<ObjectHeaders, "ServerSideEncryption" | "SSEKMSKeyId" | "StorageClass">;
  /** The most that one put takes; a larger object goes in parts of `partBytes`, or of more when they would be above 10,000. */
  readonly maxPutBytes: number;
  readonly partBytes: number;
}

export interface Upload extends UploadRules {
  readonly key: string;
  readonly lock: Lock | undefined;
  /** Fails with SINK_CONFLICT where an object stands. */
  readonly onlyIfAbsent: boolean;
}

interface Request {
  readonly key: string;
  readonly headers: ObjectHeaders;
  readonly condition: { readonly IfNoneMatch?: "*" };
}

/** What the store must show for the upload from now on. */
interface Uploaded {
  /** Base64; of parts, the hash of their hashes and their number. */
  readonly checksum: string;
  readonly version: string | undefined;
}

const MAX_PARTS = 10_000;

/**
 * Uploads an object whole or not at all, then has the store show what it kept; answers its version. SINK_MISMATCH when
 * anything was dropped.
 */
export async function storeObject(
  bucket: Bucket,
  { key, lock, onlyIfAbsent, headers, maxPutBytes, partBytes }: Upload,
  body: Body,
  expected: Expected,
  signal: AbortSignal,
): Promise<string | undefined> {
  const request: Request = {
    key,
    headers: {
      ...headers,
      // For who looks without Daybook, and for objects in parts, of which the store keeps no hash of the whole.
      Metadata: { sha256: expected.sha256 },
      ...(lock === undefined ? {} : { ObjectLockMode: lock.mode, ObjectLockRetainUntilDate: lock.until }),
    },
    condition: onlyIfAbsent ? { IfNoneMatch: "*" } : {},
  };
  const size = Math.max(partBytes, Math.ceil(expected.bytes / MAX_PARTS));
  const { checksum, version } =
    expected.bytes <= maxPutBytes
      ? await putWhole(bucket, request, body, expected, signal)
      : await putInParts(bucket, request, body, expected, size, signal);
  requireKept(key, await bucket.head(key, signal, version), {
    bytes: expected.bytes,
    checksum,
    lock,
    encryption: headers.ServerSideEncryption,
    kmsKey: headers.SSEKMSKeyId,
  });
  return version;
}

/** One put. The length is declared and the last piece held back until all is right, so wrong bytes never become an object. */
async function putWhole(
  bucket: Bucket,
  { key, headers, condition }: Request,
  body: Body,
  expected: Expected,
  signal: AbortSignal,
): Promise<Uploaded> {
  const checksum = Buffer.from(expected.sha256, "hex").toString("base64");
  const stop = new AbortController();
  const either = AbortSignal.any([signal, stop.signal]);
  const pieces = Readable.from(await startOf(expectedBody(body, expected, either), expected), {
    objectMode: false,
  });
  // The SDK pipes the body and does not see it fail: it would wait for the rest.
  pieces.on("error", (error) => stop.abort(error));
  try {
    const { VersionId: version } = await bucket.send(key, either, (s3, target, http) =>
      s3.putObject(
        {
          ...target,
          ...headers,
          Key: key,
          Body: pieces,
          ContentLength: expected.bytes,
          // Both: with the value alone Ceph stores no checksum.
          ChecksumAlgorithm: "SHA256",
          ChecksumSHA256: checksum,
          ...condition,
        },
        http,
      ),
    );
    return { checksum, version };
  } finally {
    // An answer may come before the whole body was sent: the connection is of no use then.
    pieces.destroy();
    stop.abort();
  }
}

/** An object without bytes is complete with its headers: its body is looked at before they are sent. */
async function startOf(pieces: AsyncGenerator<Uint8Array>, { bytes }: Expected): Promise<Body> {
  if (bytes > 0) return pieces;
  for await (const piece of pieces) void piece;
  return Readable.from([]);
}

/** In parts, for what is too large for one put. Nothing is readable before the last request. */
async function putInParts(
  bucket: Bucket,
  { key, headers, condition }: Request,
  body: Body,
  expected: Expected,
  partBytes: number,
  signal: AbortSignal,
): Promise<Uploaded> {
  const { UploadId } = await bucket.send(key, signal, (s3, target, http) =>
    s3.createMultipartUpload({ ...target, ...headers, Key: key, ChecksumAlgorithm: "SHA256" }, http),
  );
  try {
    const hashes: Buffer[] = [];
    const Parts: { PartNumber: number; ETag: string | undefined; ChecksumSHA256: string }[] = [];
    for await (const part of inParts(expectedBody(body, expected, signal), partBytes)) {
      const PartNumber = Parts.length + 1;
      const hash = createHash("sha256").update(part).digest();
      const ChecksumSHA256 = hash.toString("base64");
      const { ETag } = await bucket.send(key, signal, (s3, target, http) =>
        s3.uploadPart(
          {
            ...target,
            Key: key,
            UploadId,
            PartNumber,
            Body: part,
            ChecksumAlgorithm: "SHA256",
            ChecksumSHA256,
          },
          http,
        ),
      );
      hashes.push(hash);
      Parts.push({ PartNumber, ETag, ChecksumSHA256 });
    }
    const { VersionId: version } = await bucket.send(key, signal, (s3, target, http) =>
      s3.completeMultipartUpload(
        {
          ...target,
          Key: key,
          UploadId,
          MultipartUpload: { Parts },
          ...condition,
        },
        http,
      ),
    );
    const whole = createHash("sha256").update(Buffer.concat(hashes)).digest("base64");
    return { checksum: `${whole}-${hashes.length}`, version };
  } catch (error) {
    await abandon(bucket, key, UploadId);
    throw error;
  }
}

const ABANDON_MS = 10_000;

async function abandon(bucket: Bucket, key: string, UploadId: string | undefined): Promise<void> {
  await bucket
    .send(key, AbortSignal.timeout(ABANDON_MS), (s3, target, http) =>
      s3.abortMultipartUpload({ ...target, Key: key, UploadId }, http),
    )
    // What failed before is what counts; parts that stay behind are unreadable, and a lifecycle rule removes them.
    .catch(() => {});
}

/** The same bytes in pieces of exactly `partBytes`; the last may be shorter. */
async function* inParts(body: Body, partBytes: number): AsyncGenerator<Buffer> {
  let held: Uint8Array[] = [];
  let heldBytes = 0;
  for await (const piece of body) {
    held.push(piece);
    heldBytes += piece.length;
    if (heldBytes < partBytes) continue;
    const all = Buffer.concat(held, heldBytes);
    const whole = heldBytes - (heldBytes % partBytes);
    for (let at = 0; at < whole; at += partBytes) yield all.subarray(at, at + partBytes);
    held = whole === heldBytes ? [] : [all.subarray(whole)];
    heldBytes -= whole;
  }
  if (heldBytes > 0) yield Buffer.concat(held, heldBytes);
}
