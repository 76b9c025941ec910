import { createHash } from "node:crypto";
import type { Hash } from "node:crypto";

/** Size and SHA-256 of what passes through. */
export class Tally {
  bytes = 0;
  readonly #hash: Hash = createHash("sha256");

  async *of(pieces: AsyncIterable<Uint8Array>): AsyncGenerator<Uint8Array, void> {
    for await (const piece of pieces) {
      this.bytes += piece.length;
      this.#hash.update(piece);
      yield piece;
    }
  }

  /** Lower-case hex; once, when everything has passed. */
  sha256(): string {
    return this.#hash.digest("hex");
  }
}
