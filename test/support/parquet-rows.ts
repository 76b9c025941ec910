import { readFile } from "node:fs/promises";
import { gunzipSync, zstdDecompressSync } from "node:zlib";
import { parquetMetadata, parquetReadObjects } from "hyparquet";
import type { FileMetaData } from "hyparquet";

const compressors = {
  ZSTD: (bytes: Uint8Array) => zstdDecompressSync(bytes),
  GZIP: (bytes: Uint8Array) => gunzipSync(bytes),
};

/** Every row of a Parquet file with all its columns, by hyparquet itself. */
export async function parquetRows(path: string): Promise<readonly Record<string, unknown>[]> {
  return await parquetReadObjects({ file: await bytesAt(path), compressors });
}

/** The column's timestamps as they stand in the file. */
export async function parquetMicros(path: string, column: string): Promise<readonly unknown[]> {
  const parsers = { timestampFromMicroseconds: (micros: bigint) => micros };
  const rows = await parquetReadObjects({
    file: await bytesAt(path),
    compressors,
    columns: [column],
    parsers,
  });
  return rows.map((row) => row[column]);
}

export async function parquetFooter(path: string): Promise<FileMetaData> {
  return parquetMetadata(await bytesAt(path));
}

async function bytesAt(path: string): Promise<ArrayBuffer> {
  return Uint8Array.from(await readFile(path)).buffer;
}
