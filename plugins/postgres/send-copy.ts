import { once } from "node:events";
import type { CopyStreamQuery } from "pg-copy-streams";

/**
 * Sends pieces into a running COPY; returns how many rows the server took. The stream is never destroyed: that would wait
 * for an answer that a dead server does not give. After a failure the caller ends the connection, and the server rolls back. `chunks` gets
 * a signal that aborts also when the server fails, so that it stops waiting for lines that will not be used.
 */
export async function sendCopy(
  stream: CopyStreamQuery,
  chunks: (signal: AbortSignal) => AsyncIterable<Uint8Array>,
  outer: AbortSignal,
): Promise<number> {
  const broken = new AbortController();
  stream.on("error", (error: unknown) => broken.abort(error));
  const signal = AbortSignal.any([outer, broken.signal]);
  try {
    for await (const chunk of chunks(signal)) {
      if (!stream.write(chunk)) await once(stream, "drain", { signal });
    }
    stream.end();
    await once(stream, "finish", { signal });
  } catch (error) {
    throw broken.signal.aborted ? broken.signal.reason : error;
  }
  return stream.rowCount;
}
