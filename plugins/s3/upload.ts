import { createHash } from "node:crypto";
import { Readable } from "node:stream";
import type { CompletedPart, PutObjectCommandInput } from "@aws-sdk/client-s3";
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
  readonly body: Body;
  readonly expected: Expected;
  readonly lock: Lock | undefined;
  /** Fails with SINK_CONFLICT where an object stands. */
  readonly onlyIfAbsent: boolean;
}

interface Request {
  readonly key: string;
  readonly body: Body;
  readonly expected: Expected;
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
 * Uploads an object whole or not at all, then checks what the store shows of it; returns its version. SINK_MISMATCH when
 * anything was dropped.
 */
export async function storeObject(
  bucket: Bucket,
  upload: Upload,
  signal: AbortSignal,
): Promise<string | undefined> {
  const { key, lock, expected, headers, maxPutBytes, partBytes } = upload;
  const request = requestFor(upload);
  const size = Math.max(partBytes, Math.ceil(expected.bytes / MAX_PARTS));
  const { checksum, version } =
    expected.bytes <= maxPutBytes
      ? await putWhole(bucket, request, signal)
      : await putInParts(bucket, request, size, signal);
  requireKept(key, await bucket.head(key, signal, version), {
    bytes: expected.bytes,
    checksum,
    lock,
    encryption: headers.ServerSideEncryption,
    kmsKey: headers.SSEKMSKeyId,
  });
  return version;
}

function requestFor({ key, body, expected, lock, onlyIfAbsent, headers }: Upload): Request {
  return {
    key,
    body,
    expected,
    headers: {
      ...headers,
      // For people without Daybook, and for objects in parts: the store keeps no hash of their whole.
      Metadata: { sha256: expected.sha256 },
      ...(lock === undefined ? {} : { ObjectLockMode: lock.mode, ObjectLockRetainUntilDate: lock.until }),
    },
    condition: onlyIfAbsent ? { IfNoneMatch: "*" } : {},
  };
}

/**
 * One put. The length is declared, and the last piece is sent only when all is right, so wrong bytes never become an object.
 */
async function putWhole(
  bucket: Bucket,
  { key, body, expected, headers, condition }: Request,
  signal: AbortSignal,
): Promise<Uploaded> {
  const checksum = Buffer.from(expected.sha256, "hex").toString("base64");
  const stop = new AbortController();
  const either = AbortSignal.any([signal, stop.signal]);
  const pieces = Readable.from(await startOf(expectedBody(body, expected, either), expected), {
    objectMode: false,
  });
  // The SDK does not notice when the body that it pipes fails, and would wait for the rest.
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
    // An answer may come before the whole body was sent, and then the connection cannot be used again.
    pieces.destroy();
    stop.abort();
  }
}

/** An empty object is complete with its headers, so its body is checked before they are sent. */
async function startOf(pieces: AsyncGenerator<Uint8Array>, { bytes }: Expected): Promise<Body> {
  if (bytes > 0) return pieces;
  for await (const piece of pieces) void piece;
  return Readable.from([]);
}

/** In parts, for what is too large for one put. Nothing is readable before the last request. */
async function putInParts(
  bucket: Bucket,
  { key, body, expected, headers, condition }: Request,
  partBytes: number,
  signal: AbortSignal,
): Promise<Uploaded> {
  const { UploadId } = await bucket.send(key, signal, (s3, target, http) =>
    s3.createMultipartUpload({ ...target, ...headers, Key: key, ChecksumAlgorithm: "SHA256" }, http),
  );
  try {
    const hashes: Buffer[] = [];
    const Parts: CompletedPart[] = [];
    for await (const part of inParts(expectedBody(body, expected, signal), partBytes)) {
      const hash = createHash("sha256").update(part).digest();
      const named = { PartNumber: Parts.length + 1, ChecksumSHA256: hash.toString("base64") };
      const { ETag } = await bucket.send(key, signal, (s3, target, http) =>
        s3.uploadPart(
          { ...target, ...named, Key: key, UploadId, Body: part, ChecksumAlgorithm: "SHA256" },
          http,
        ),
      );
      hashes.push(hash);
      Parts.push({ ...named, ETag });
    }
    const { VersionId: version } = await bucket.send(key, signal, (s3, target, http) =>
      s3.completeMultipartUpload(
        { ...target, ...condition, Key: key, UploadId, MultipartUpload: { Parts } },
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
    // The first failure is reported. Parts that stay behind are unreadable, and a lifecycle rule removes them.
    .catch(() => {});
}

/** The same bytes in pieces of exactly `partBytes`; the last may be shorter. */
async function* inParts(body: Body, partBytes: number): AsyncGenerator<Buffer> {
  let pieces: Uint8Array[] = [];
  let bytes = 0;
  for await (const piece of body) {
    pieces.push(piece);
    bytes += piece.length;
    if (bytes < partBytes) continue;
    const all = Buffer.concat(pieces, bytes);
    const whole = bytes - (bytes % partBytes);
    for (let at = 0; at < whole; at += partBytes) yield all.subarray(at, at + partBytes);
    pieces = whole === bytes ? [] : [all.subarray(whole)];
    bytes -= whole;
  }
  if (bytes > 0) yield Buffer.concat(pieces, bytes);
}
