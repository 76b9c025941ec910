import { createHash } from "node:crypto";
import { yieldToLoop } from "./yielding.js";

/** A few milliseconds of hashing. */
const PIECE_BYTES = 4 * 1024 * 1024;

/** SHA-256 (hex) of a body that may be large; gives the event loop a turn between pieces. */
export async function bodySha256(body: Uint8Array): Promise<string> {
  const hash = createHash("sha256");
  for (let at = 0; at < body.length; at += PIECE_BYTES) {
    if (at > 0) await yieldToLoop();
    hash.update(body.subarray(at, at + PIECE_BYTES));
  }
  return hash.digest("hex");
}
