import { promisify } from "node:util";
import { constants, gzip, zstdCompress } from "node:zlib";
import type { Compression } from "../model/compression.js";

const ZSTD_LEVEL = 3;
const GZIP_LEVEL = 6;
const GZIP_SYSTEM_OFFSET = 9;
const UNKNOWN_SYSTEM = 255;

/**
 * Compresses on the thread pool, into one frame (zstd, with checksum and size) or one member (gzip): the same bytes on
 * every machine. `bytes` must not change until it resolves.
 */
export async function packFrame(bytes: Uint8Array, compression: Compression): Promise<Uint8Array> {
  if (compression === "zstd") {
    const { ZSTD_c_compressionLevel, ZSTD_c_checksumFlag } = constants;
    return promisify(zstdCompress)(bytes, {
      params: { [ZSTD_c_compressionLevel]: ZSTD_LEVEL, [ZSTD_c_checksumFlag]: 1 },
      pledgedSrcSize: bytes.length,
    });
  }
  const member = await promisify(gzip)(bytes, { level: GZIP_LEVEL });
  // zlib writes the operating system here (RFC 1952, 2.3.1).
  member[GZIP_SYSTEM_OFFSET] = UNKNOWN_SYSTEM;
  return member;
}
