/** The record lines of a block of whole lines, without their newlines. */
export function linesOf(block: Uint8Array): readonly string[] {
  // Not a TextDecoder: it would drop a byte order mark at the start.
  const text = Buffer.from(block.buffer, block.byteOffset, block.length).toString("utf8");
  return text.slice(0, -1).split("\n");
}

/** The record lines of all blocks, one at a time. */
export async function* eachLine(blocks: AsyncIterable<Uint8Array>): AsyncGenerator<string, void> {
  for await (const block of blocks) yield* linesOf(block);
}
