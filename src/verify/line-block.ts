/**
 * Gathers lines into blocks, so that hashing, compressing and writing are called once for many lines. A block is good
 * until the next line is added.
 */
export class LineBlock {
  #bytes: Buffer;
  #used = 0;
  readonly #fullAt: number;

  constructor(fullAt: number) {
    this.#fullAt = fullAt;
    this.#bytes = Buffer.allocUnsafeSlow(fullAt);
  }

  get isEmpty(): boolean {
    return this.#used === 0;
  }

  get isFull(): boolean {
    return this.#used >= this.#fullAt;
  }

  /** Room for `bytes` more, to be filled by the caller and then kept with `keep`. */
  room(bytes: number): Buffer {
    const needed = this.#used + bytes;
    if (needed > this.#bytes.length) {
      const larger = Buffer.allocUnsafeSlow(needed * 2);
      this.#bytes.copy(larger, 0, 0, this.#used);
      this.#bytes = larger;
    }
    return this.#bytes.subarray(this.#used, needed);
  }

  keep(bytes: number): void {
    this.#used += bytes;
  }

  add(line: Uint8Array): void {
    this.room(line.length).set(line);
    this.keep(line.length);
  }

  /** All lines gathered; the next one starts a new block. */
  take(): Uint8Array {
    const block = this.#bytes.subarray(0, this.#used);
    this.#used = 0;
    return block;
  }
}
