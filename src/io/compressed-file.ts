import type { Transform } from "node:stream";
import { pipeline } from "node:stream/promises";
import { constants, createGzip, createZstdCompress } from "node:zlib";
import type { Compression } from "../model/compression.js";
import type { Files } from "./files.js";
import { Tally } from "./tally.js";
import { writeFile } from "./write-file.js";

// chunkSize: zlib's default of 16 KiB makes a trip to the thread pool for each. writableHighWaterMark: the next chunk is
// requested only when the last one is compressed, so that the source of the chunks may use one buffer for all.
const STREAM = { chunkSize: 1 << 17, writableHighWaterMark: 1 };

/** A file as stored and what is in it, as the manifest names both. */
export interface FileDigest {
  readonly bytes: number;
  /** Lower-case hex. */
  readonly sha256: string;
  readonly contentBytes: number;
  readonly contentSha256: string;
}

/** A new file and its content. */
export interface CompressedFile {
  readonly path: string;
  readonly compression: Compression;
  readonly content: AsyncIterable<Uint8Array>;
}

/**
 * Writes a new file that holds `content` as one compressed frame, and makes it durable; in bounded memory, whatever the
 * size. A chunk may be overwritten once the next is requested. After an error (the disk's, the content's own, the signal's reason) there is no file.
 */
export async function writeCompressed(
  files: Files,
  { path, compression, content }: CompressedFile,
  signal: AbortSignal,
): Promise<FileDigest> {
  const stored = new Tally();
  const contained = new Tally();
  try {
    await pipeline(
      contained.of(content),
      encoder(compression),
      (frame) => writeFile(files, path, stored.of(anySystem(frame, compression))),
      { signal },
    );
  } catch (error) {
    throw signal.aborted ? signal.reason : error;
  }
  return {
    bytes: stored.bytes,
    sha256: stored.sha256(),
    contentBytes: contained.bytes,
    contentSha256: contained.sha256(),
  };
}

// Level, checksum and chunk size are named so that the bytes do not change with a library's defaults.
function encoder(compression: Compression): Transform {
  if (compression === "gzip") return createGzip({ level: 6, ...STREAM });
  const { ZSTD_c_compressionLevel, ZSTD_c_checksumFlag } = constants;
  return createZstdCompress({
    params: { [ZSTD_c_compressionLevel]: 3, [ZSTD_c_checksumFlag]: 1 },
    ...STREAM,
  });
}

/** zlib writes the operating system into a gzip header (RFC 1952, 2.3.1); 255 says unknown, on every machine. */
async function* anySystem(
  frame: AsyncIterable<Uint8Array>,
  compression: Compression,
): AsyncGenerator<Uint8Array> {
  let isHeader = compression === "gzip";
  for await (const chunk of frame) {
    // The header is the first thing that zlib gives, as a whole.
    if (isHeader) chunk[9] = 255;
    isHeader = false;
    yield chunk;
  }
}
