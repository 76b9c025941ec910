import { createHash } from "node:crypto";
import { abortable } from "../io/abortable.js";
import { DaybookError } from "../model/errors.js";
import type { Body, Expected } from "./types.js";

/**
 * The body, checked against what was promised: throws SINK_MISMATCH when it ends short, runs over or has another hash, and
 * the signal's reason as soon as it aborts, even while the body stalls. The last piece is given only when everything is
 * right, so an upload of a declared length never completes with wrong bytes.
 */
export async function* expectedBody(
  body: Body,
  expected: Expected,
  signal: AbortSignal,
): AsyncGenerator<Uint8Array, void> {
  const hash = createHash("sha256");
  let bytes = 0;
  let last: Uint8Array | undefined;
  for await (const piece of abortable(body, signal)) {
    if (piece.length === 0) continue;
    bytes += piece.length;
    if (bytes > expected.bytes) throw mismatch("bytes", `${bytes} or more`, expected.bytes);
    hash.update(piece);
    if (last !== undefined) yield last;
    last = piece;
  }
  if (bytes !== expected.bytes) throw mismatch("bytes", bytes, expected.bytes);
  const sha256 = hash.digest("hex");
  if (sha256 !== expected.sha256) throw mismatch("sha256", sha256, expected.sha256);
  if (last !== undefined) yield last;
}

/** All pieces as one; for what is known to be small. SINK_MISMATCH above `maxBytes`. */
export async function readWhole(body: Body, maxBytes: number): Promise<Uint8Array> {
  const pieces: Uint8Array[] = [];
  let bytes = 0;
  for await (const piece of body) {
    bytes += piece.length;
    if (bytes > maxBytes) throw mismatch("bytes", `${bytes} or more`, `at most ${maxBytes}`);
    pieces.push(piece);
  }
  return Buffer.concat(pieces, bytes);
}

function mismatch(what: string, found: string | number, expected: string | number): DaybookError {
  return new DaybookError("SINK_MISMATCH", {
    message: `object body: expected ${what} ${expected}, found ${found}`,
  });
}
