import type { Transform } from "node:stream";
import { pipeline } from "node:stream/promises";
import * as zlib from "node:zlib";
import type { Compression } from "../model/compression.js";
import { DaybookError, isDaybookError } from "../model/errors.js";
import { ZstdFrameWalk } from "./zstd-frame-walk.js";

// Memory for one step of a stream: zlib's default of 16 KiB makes a trip to the thread pool for each.
const CHUNK_BYTES = 1 << 17;
const SMALLEST_CHUNK = 64;

// RFC 1952: no name, no time, no other field; XFL and OS are free. Eight bytes of CRC-32 and length follow the data.
const GZIP_HEADER = Buffer.from([0x1f, 0x8b, 0x08, 0x00, 0x00, 0x00, 0x00, 0x00]);
const GZIP_HEADER_BYTES = 10;
const GZIP_TRAILER_BYTES = 8;

/**
 * What one zstd frame or gzip member holds, decoded on the thread pool. Rejects with ARCHIVE_DAMAGED when it is cut off,
 * altered where its format can tell, followed by anything, or holds more than `maxBytes`: a reader must see all of a file
 * or refuse it.
 */
export async function decodeFrame(
  frame: Uint8Array,
  compression: Compression,
  maxBytes: number,
): Promise<Uint8Array> {
  return compression === "zstd" ? decodeZstd(frame, maxBytes) : decodeGzip(frame, maxBytes);
}

async function decodeZstd(frame: Uint8Array, maxBytes: number): Promise<Uint8Array> {
  requireOneFrame(new ZstdFrameWalk(), frame);
  return (await inflate(zlib.zstdDecompress, frame, maxBytes)).buffer;
}

// By hand, because gunzip goes on with a second member as if it belonged to the first.
async function decodeGzip(member: Uint8Array, maxBytes: number): Promise<Uint8Array> {
  checkGzipHeader(member);
  const { buffer, engine } = await inflate(zlib.inflateRaw, member.subarray(GZIP_HEADER_BYTES), maxBytes);
  checkGzipTrailer(
    member.subarray(GZIP_HEADER_BYTES + engine.bytesWritten),
    zlib.crc32(buffer),
    buffer.length,
  );
  return buffer;
}

interface Inflated {
  readonly buffer: Buffer;
  readonly engine: { readonly bytesWritten: number };
}

type Inflate = (
  bytes: Uint8Array,
  options: object,
  done: (error: Error | null, result: unknown) => void,
) => void;

async function inflate(decoder: Inflate, bytes: Uint8Array, maxBytes: number): Promise<Inflated> {
  const options = {
    // Gives the decoder with the content: it knows how many bytes it used.
    info: true,
    maxOutputLength: Math.max(1, maxBytes),
    // With a chunk as large as the content zlib fills one buffer instead of joining many: half the memory.
    chunkSize: Math.max(SMALLEST_CHUNK, maxBytes + 1),
  };
  return new Promise((resolve, reject) => {
    decoder(bytes, options, (cause, result) => {
      if (cause === null) resolve(result as Inflated);
      else reject(damaged("found bytes that do not decompress within the size recorded", cause));
    });
  });
}

/** As `decodeFrame`, in pieces, for what may be large. What it gave is only good once it has ended without error. */
export async function* decodeFrameStream(
  frame: AsyncIterable<Uint8Array>,
  compression: Compression,
  maxBytes: number,
): AsyncGenerator<Uint8Array> {
  const content = compression === "zstd" ? streamZstd(frame) : streamGzip(frame);
  let bytes = 0;
  for await (const chunk of content) {
    bytes += chunk.length;
    if (bytes > maxBytes) throw damaged(`found more than the ${maxBytes} bytes recorded`);
    yield chunk;
  }
}

async function* streamZstd(frame: AsyncIterable<Uint8Array>): AsyncGenerator<Uint8Array> {
  yield* decode(oneFrame(frame), zlib.createZstdDecompress({ chunkSize: CHUNK_BYTES }));
}

async function* oneFrame(frame: AsyncIterable<Uint8Array>): AsyncGenerator<Uint8Array> {
  const walk = new ZstdFrameWalk();
  for await (const chunk of frame) {
    requireOneFrame(walk, chunk);
    yield chunk;
  }
}

function requireOneFrame(walk: ZstdFrameWalk, chunk: Uint8Array): void {
  walk.take(chunk);
  if (walk.trailing > 0) throw trailingBytes(walk.trailing);
}

async function* streamGzip(member: AsyncIterable<Uint8Array>): AsyncGenerator<Uint8Array> {
  const decoder = zlib.createInflateRaw({ chunkSize: CHUNK_BYTES });
  const parts = new GzipParts();
  let checksum = 0;
  let length = 0;
  for await (const chunk of decode(parts.dataOf(member), decoder)) {
    checksum = zlib.crc32(chunk, checksum);
    length += chunk.length;
    yield chunk;
  }
  if (parts.dataBytes !== decoder.bytesWritten) throw trailingBytes(parts.dataBytes - decoder.bytesWritten);
  checkGzipTrailer(parts.trailer, checksum, length);
}

async function* decode(bytes: AsyncIterable<Uint8Array>, decoder: Transform): AsyncGenerator<Uint8Array> {
  const fed = pipeline(bytes, decoder);
  // The loop throws the same error; without this it would also count as unhandled.
  fed.catch(() => undefined);
  try {
    for await (const chunk of decoder) yield chunk as Uint8Array;
    await fed;
  } catch (cause) {
    throw isDaybookError(cause) ? cause : damaged("found bytes that do not decompress", cause);
  }
}

/** Parts a gzip member that comes in pieces: header, data, and the last bytes, which are the trailer's. */
class GzipParts {
  dataBytes = 0;
  trailer: Uint8Array = new Uint8Array(0);

  /**
   * The compressed data alone. The decoder must not see the trailer: when it comes in a piece of its own, the decoder has
   * ended already, and that would look like a failure.
   */
  async *dataOf(member: AsyncIterable<Uint8Array>): AsyncGenerator<Uint8Array> {
    let header: Uint8Array = new Uint8Array(0);
    for await (const chunk of member) {
      const missing = GZIP_HEADER_BYTES - header.length;
      if (missing > 0) {
        header = Buffer.concat([header, chunk.subarray(0, missing)]);
        if (header.length === GZIP_HEADER_BYTES) checkGzipHeader(header);
      }
      const data = this.#withoutTrailer(chunk.subarray(Math.max(0, missing)));
      if (data.length > 0) yield data;
    }
    checkGzipHeader(header);
  }

  #withoutTrailer(chunk: Uint8Array): Uint8Array {
    const bytes = Buffer.concat([this.trailer, chunk]);
    const end = Math.max(0, bytes.length - GZIP_TRAILER_BYTES);
    this.trailer = bytes.subarray(end);
    this.dataBytes += end;
    return bytes.subarray(0, end);
  }
}

function checkGzipHeader(member: Uint8Array): void {
  const isPlain = GZIP_HEADER.every((byte, at) => member[at] === byte);
  if (!isPlain || member.length < GZIP_HEADER_BYTES) {
    throw damaged("found another header, expected a gzip member without name and time");
  }
}

function checkGzipTrailer(trailer: Uint8Array, checksum: number, length: number): void {
  if (trailer.length > GZIP_TRAILER_BYTES) throw trailingBytes(trailer.length - GZIP_TRAILER_BYTES);
  const expected = Buffer.alloc(GZIP_TRAILER_BYTES);
  expected.writeUInt32LE(checksum, 0);
  expected.writeUInt32LE(length % 2 ** 32, 4);
  if (!expected.equals(trailer))
    throw damaged("found another checksum or length at the end of a gzip member");
}

function trailingBytes(count: number): DaybookError {
  return damaged(`found ${count} bytes behind the end of the data, expected none`);
}

function damaged(found: string, cause?: unknown): DaybookError {
  return new DaybookError("ARCHIVE_DAMAGED", { message: `compressed file: ${found}`, cause });
}
