import type { Files } from "../io/files.js";
import { LineBlock } from "./line-block.js";

const NEWLINE = 0x0a;
const BLOCK_BYTES = 1 << 18;
const READ_BYTES = 1 << 16;

/** The lines of several sorted files in one order, in blocks that are only good until the next one is asked for. */
export async function* mergeRuns(files: Files, paths: readonly string[]): AsyncGenerator<Uint8Array> {
  const heap: RunReader[] = [];
  try {
    for (const path of paths) {
      const reader = new RunReader(files.stream(path, Buffer.allocUnsafeSlow(READ_BYTES)));
      heap.push(reader);
      await reader.advance();
    }
    // Backwards, so that each parent is sifted after its children.
    for (let at = heap.length - 1; at >= 0; at--) siftDown(heap, at);
    yield* drain(heap);
  } finally {
    for (const reader of heap) await reader.close();
  }
}

async function* drain(heap: RunReader[]): AsyncGenerator<Uint8Array> {
  const block = new LineBlock(BLOCK_BYTES);
  for (let first = heap[0]; first !== undefined && first.line !== undefined; first = heap[0]) {
    block.add(first.line);
    if (block.isFull) yield block.take();
    if (!first.advanceInMemory()) await first.advance();
    siftDown(heap, 0);
  }
  if (!block.isEmpty) yield block.take();
}

/** Moves the reader at `at` down until no child has a smaller line; one that has ended comes last. */
function siftDown(heap: RunReader[], at: number): void {
  const reader = heap[at] as RunReader;
  let place = at;
  for (;;) {
    let child = 2 * place + 1;
    const right = heap[child + 1];
    if (right !== undefined && isBefore(right, heap[child] as RunReader)) child++;
    const smaller = heap[child];
    if (smaller === undefined || !isBefore(smaller, reader)) break;
    heap[place] = smaller;
    place = child;
  }
  heap[place] = reader;
}

function isBefore(one: RunReader, other: RunReader): boolean {
  if (one.line === undefined) return false;
  return other.line === undefined || Buffer.compare(one.line, other.line) < 0;
}

/** One run, line by line. */
class RunReader {
  /** With its newline, which never decides: no JSON object is the start of another. Undefined at the end. */
  line: Uint8Array | undefined;
  readonly #chunks: AsyncIterator<Uint8Array>;
  #chunk: Buffer = Buffer.alloc(0);
  #used = 0;

  constructor(chunks: AsyncIterable<Uint8Array>) {
    this.#chunks = chunks[Symbol.asyncIterator]();
  }

  /** Whether the next line stood whole in memory. */
  advanceInMemory(): boolean {
    const end = this.#chunk.indexOf(NEWLINE, this.#used) + 1;
    if (end === 0) return false;
    this.line = this.#chunk.subarray(this.#used, end);
    this.#used = end;
    return true;
  }

  async advance(): Promise<void> {
    if (this.advanceInMemory()) return;
    // A copy, because the next chunk takes the place of this one.
    let begun = Buffer.from(this.#chunk.subarray(this.#used));
    while (await this.#nextChunk()) {
      this.#used = this.#chunk.indexOf(NEWLINE) + 1;
      begun = Buffer.concat([begun, this.#used > 0 ? this.#chunk.subarray(0, this.#used) : this.#chunk]);
      if (this.#used > 0) break;
    }
    this.line = this.#used > 0 ? begun : undefined;
  }

  async #nextChunk(): Promise<boolean> {
    const { done, value } = await this.#chunks.next();
    this.#chunk = done === true ? Buffer.alloc(0) : Buffer.from(value.buffer, value.byteOffset, value.length);
    this.#used = 0;
    return done !== true;
  }

  async close(): Promise<void> {
    await this.#chunks.return?.();
  }
}
