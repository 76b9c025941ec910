import { DaybookError } from "../model/errors.js";

const NEWLINE = 0x0a;

/** The stream cut into blocks of whole lines, each line with its newline. ARCHIVE_DAMAGED for a longer or unfinished line. */
export async function* lineBlocks(
  pieces: AsyncIterable<Uint8Array>,
  maxLineBytes: number,
): AsyncGenerator<Buffer> {
  let started: Buffer[] = [];
  let startedBytes = 0;
  for await (const piece of pieces) {
    const bytes = Buffer.from(piece.buffer, piece.byteOffset, piece.byteLength);
    const end = bytes.lastIndexOf(NEWLINE) + 1;
    if (end > 0) {
      yield Buffer.concat([...started, bytes.subarray(0, end)]);
      started = [];
      startedBytes = 0;
    }
    // A copy: a decoder may use its memory again.
    started.push(Buffer.from(bytes.subarray(end)));
    startedBytes += bytes.length - end;
    if (startedBytes > maxLineBytes) throw damaged(`found a line of more than ${maxLineBytes} bytes`);
  }
  if (startedBytes > 0) throw damaged("found a last line without its newline");
}

/** The lines of a block, without their newlines. */
export function* linesOf(block: Buffer): Generator<Buffer> {
  for (let start = 0; start < block.length;) {
    const end = block.indexOf(NEWLINE, start);
    yield block.subarray(start, end);
    start = end + 1;
  }
}

function damaged(found: string): DaybookError {
  return new DaybookError("ARCHIVE_DAMAGED", { message: `lines: ${found}` });
}
