import { DaybookError, Turn } from "daybook/plugin";
import type { Files } from "daybook/plugin";
import type { AsyncBuffer } from "hyparquet";

/**
 * A file for hyparquet, which asks for ranges, over a door to the disk that only streams. Ranges in rising order are read
 * in one pass; one that lies before the last starts another.
 */
export class ForwardFile implements AsyncBuffer {
  readonly byteLength: number;
  readonly #open: () => AsyncIterable<Uint8Array>;
  #pieces: AsyncIterator<Uint8Array> | undefined;
  #piece: Uint8Array = new Uint8Array();
  #pieceStart = 0;
  readonly #turn = new Turn();

  constructor(files: Files, path: string, bytes: number) {
    this.byteLength = bytes;
    this.#open = () => files.stream(path);
  }

  slice(start: number, end = this.byteLength): Promise<ArrayBuffer> {
    return this.#turn.take(() => this.#read(start, end));
  }

  close(): Promise<void> {
    return this.#turn.take(async () => {
      await this.#pieces?.return?.();
      this.#pieces = undefined;
    });
  }

  async #read(start: number, end: number): Promise<ArrayBuffer> {
    if (start < this.#pieceStart) await this.#rewind();
    const range = new Uint8Array(end - start);
    let filled = 0;
    while (filled < range.length) {
      const from = start + filled - this.#pieceStart;
      if (from >= this.#piece.length) {
        await this.#next();
        continue;
      }
      const part = this.#piece.subarray(from, from + range.length - filled);
      range.set(part, filled);
      filled += part.length;
    }
    return range.buffer;
  }

  async #next(): Promise<void> {
    this.#pieces ??= this.#open()[Symbol.asyncIterator]();
    const next = await this.#pieces.next();
    if (next.done === true) {
      throw new DaybookError("SINK_MISMATCH", {
        message: `Parquet file: expected ${this.byteLength} bytes, found its end before them`,
      });
    }
    this.#pieceStart += this.#piece.length;
    this.#piece = next.value;
  }

  async #rewind(): Promise<void> {
    await this.#pieces?.return?.();
    this.#pieces = undefined;
    this.#piece = new Uint8Array();
    this.#pieceStart = 0;
  }
}
