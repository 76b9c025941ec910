import type { BlockBlobClient } from "@azure/storage-blob";
import { DaybookError, abortable, isDaybookError } from "daybook/plugin";
import { isFolder } from "./list-names.js";
import { storageError } from "./storage-error.js";

/** The blob's bytes; a stream that ends before its end is SINK_UNAVAILABLE. */
export async function downloadBlob(
  blob: BlockBlobClient,
  subject: string,
  signal: AbortSignal,
): Promise<AsyncIterable<Uint8Array>> {
  const { readableStreamBody, metadata } = await blob.download(0, undefined, { abortSignal: signal });
  if (readableStreamBody === undefined || isFolder(metadata)) {
    throw new DaybookError("SINK_NOT_FOUND", { message: `${subject}: expected a blob, found none` });
  }
  // The SDK's type is too wide: pieces are buffers unless an encoding is set.
  return pieces(readableStreamBody as AsyncIterable<unknown> as AsyncIterable<Uint8Array>, subject, signal);
}

async function* pieces(
  stream: AsyncIterable<Uint8Array>,
  subject: string,
  signal: AbortSignal,
): AsyncGenerator<Uint8Array> {
  try {
    yield* abortable(stream, signal);
  } catch (thrown) {
    const error = storageError(thrown, subject, signal);
    if (signal.aborted || isDaybookError(error)) throw error;
    throw new DaybookError("SINK_UNAVAILABLE", {
      message: `${subject}: expected the whole blob, found that its stream broke off`,
      cause: thrown,
    });
  }
}
