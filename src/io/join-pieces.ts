import { setImmediate } from "node:timers/promises";

/** Bytes copied before others get their turn: about two milliseconds, because fresh memory is slow at its first touch. */
const TURN_BYTES = 1 << 20;

/**
 * All pieces as one, `bytes` long. Node's own concat copies at once, and holds the event loop for a fifth of a second when the
 * pieces are those of the largest page.
 */
export async function joinPieces(pieces: readonly Uint8Array[], bytes: number): Promise<Buffer> {
  if (bytes <= TURN_BYTES) return Buffer.concat(pieces, bytes);
  // Not of Node's pool, and not filled with zeros first.
  const whole = Buffer.allocUnsafeSlow(bytes);
  let at = 0;
  let copied = 0;
  for (const piece of pieces) {
    for (let from = 0; from < piece.length; from += TURN_BYTES) {
      const part = piece.subarray(from, from + TURN_BYTES);
      whole.set(part, at);
      at += part.length;
      copied += part.length;
      if (copied < TURN_BYTES) continue;
      copied = 0;
      await setImmediate();
    }
  }
  return whole;
}

/** The whole content as one. Its pieces are copied as they come: who gives them may use their memory again. */
export async function joinContent(content: AsyncIterable<Uint8Array>): Promise<Buffer> {
  const pieces: Uint8Array[] = [];
  let bytes = 0;
  for await (const piece of content) {
    pieces.push(Uint8Array.from(piece));
    bytes += piece.length;
  }
  return joinPieces(pieces, bytes);
}
