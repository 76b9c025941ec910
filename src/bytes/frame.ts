import { constants, gzipSync, zstdCompressSync } from "node:zlib";
import type { Compression } from "../model/compression.js";

const ZSTD_LEVEL = 3;
const GZIP_LEVEL = 6;
const GZIP_SYSTEM_OFFSET = 9;
const UNKNOWN_SYSTEM = 255;

/** Compresses into one frame (zstd, with checksum and size) or one member (gzip): the same bytes on every machine. */
export function packFrame(bytes: Uint8Array, compression: Compression): Uint8Array {
  if (compression === "zstd") {
    const { ZSTD_c_compressionLevel, ZSTD_c_checksumFlag } = constants;
    return zstdCompressSync(bytes, {
      params: { [ZSTD_c_compressionLevel]: ZSTD_LEVEL, [ZSTD_c_checksumFlag]: 1 },
      pledgedSrcSize: bytes.length,
    });
  }
  const member = gzipSync(bytes, { level: GZIP_LEVEL });
  // zlib writes the operating system here (RFC 1952, 2.3.1).
  member[GZIP_SYSTEM_OFFSET] = UNKNOWN_SYSTEM;
  return member;
}
