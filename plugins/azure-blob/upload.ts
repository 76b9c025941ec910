import { createHash, randomBytes } from "node:crypto";
import type {
  BlobImmutabilityPolicy,
  BlobRequestConditions,
  BlockBlobClient,
  BlockBlobUploadOptions,
} from "@azure/storage-blob";
import { expectedBody, readWhole } from "daybook/plugin";
import type { Body, Expected } from "daybook/plugin";

/** The properties of a new blob. */
export interface BlobTerms {
  readonly conditions?: BlobRequestConditions;
  readonly immutabilityPolicy?: BlobImmutabilityPolicy;
  readonly tier?: string;
  readonly encryptionScope?: string;
}

/** A blob to be written. */
export interface BlobContent {
  readonly body: Body;
  readonly expected: Expected;
  readonly terms: BlobTerms;
}

/** The largest body that is sent, and kept in memory, in one piece. */
export const BLOCK_BYTES = 4 << 20;
// https://learn.microsoft.com/rest/api/storageservices/put-block-list
const MAX_BLOCKS = 50_000;

/**
 * Puts the body whole or not at all. Every piece is sent with its MD5, so that the server refuses what changed on the way. The
 * SHA-256 of the whole is checked before the step that makes the blob visible, and the conditions apply to that step.
 */
export async function uploadBody(
  blob: BlockBlobClient,
  { body, expected, terms }: BlobContent,
  signal: AbortSignal,
): Promise<void> {
  const checked = expectedBody(body, expected, signal);
  const options: BlockBlobUploadOptions = {
    ...terms,
    // For people and their tools. It proves nothing: whoever can write the blob can write this.
    metadata: { sha256: expected.sha256 },
    abortSignal: signal,
  };
  if (expected.bytes > BLOCK_BYTES) return uploadBlocks(blob, checked, expected.bytes, options);
  const bytes = await readWhole(checked, expected.bytes);
  await blob.upload(bytes, bytes.length, { ...options, transactionalContentMD5: md5(bytes) });
}

async function uploadBlocks(
  blob: BlockBlobClient,
  body: Body,
  totalBytes: number,
  { abortSignal, encryptionScope, ...rest }: BlockBlobUploadOptions,
): Promise<void> {
  const options = {
    ...(abortSignal === undefined ? {} : { abortSignal }),
    ...(encryptionScope === undefined ? {} : { encryptionScope }),
  };
  // Writers of one name share its staged blocks, so the ids of two writers must differ.
  const upload = randomBytes(12).toString("hex");
  const ids: string[] = [];
  for await (const block of blocksOf(body, Math.max(BLOCK_BYTES, Math.ceil(totalBytes / MAX_BLOCKS)))) {
    const id = Buffer.from(`${upload}${String(ids.length).padStart(5, "0")}`).toString("base64");
    await blob.stageBlock(id, block, block.length, { ...options, transactionalContentMD5: md5(block) });
    ids.push(id);
  }
  await blob.commitBlockList(ids, { ...rest, ...options });
}

/** The same bytes in pieces of `size`; the last may be shorter. */
async function* blocksOf(body: Body, size: number): AsyncGenerator<Uint8Array> {
  let parts: Uint8Array[] = [];
  let bytes = 0;
  for await (const piece of body) {
    for (let at = 0; at < piece.length;) {
      const part = piece.subarray(at, at + size - bytes);
      parts.push(part);
      bytes += part.length;
      at += part.length;
      if (bytes < size) continue;
      yield Buffer.concat(parts, bytes);
      parts = [];
      bytes = 0;
    }
  }
  if (bytes > 0) yield Buffer.concat(parts, bytes);
}

function md5(bytes: Uint8Array): Uint8Array {
  return createHash("md5").update(bytes).digest();
}
