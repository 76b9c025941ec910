import { createHash } from "node:crypto";
import { Readable } from "node:stream";
import { abortable } from "daybook/plugin";
import type { Bucket } from "./bucket.js";
import { s3Failure } from "./s3-failure.js";

/** The object's bytes. A body that ends short, or a connection that is lost, is SINK_UNAVAILABLE. */
export async function readObject(
  bucket: Bucket,
  key: string,
  signal: AbortSignal,
  version?: string,
): Promise<AsyncIterable<Uint8Array>> {
  const which = version === undefined ? { Key: key } : { Key: key, VersionId: version };
  const { Body: body } = await bucket.send(key, signal, (s3, target, http) =>
    s3.getObject({ ...target, ...which }, http),
  );
  return body instanceof Readable ? piecesOf(body, key, signal) : Readable.from([]);
}

/** SHA-256 in lower-case hex, by reading the object. */
export async function hashObject(
  bucket: Bucket,
  key: string,
  signal: AbortSignal,
  version?: string,
): Promise<string> {
  const hash = createHash("sha256");
  for await (const piece of await readObject(bucket, key, signal, version)) hash.update(piece);
  return hash.digest("hex");
}

async function* piecesOf(body: Readable, key: string, signal: AbortSignal): AsyncGenerator<Uint8Array> {
  try {
    yield* abortable<Uint8Array>(body, signal);
  } catch (error) {
    signal.throwIfAborted();
    throw s3Failure(error, key);
  } finally {
    body.destroy();
  }
}
