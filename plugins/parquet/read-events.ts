import { gunzipSync, zstdDecompressSync } from "node:zlib";
import { DaybookError, RECORD_LINE, isDaybookError } from "daybook/plugin";
import { parquetMetadataAsync, parquetReadObjects } from "hyparquet";
import type { AsyncBuffer, FileMetaData } from "hyparquet";

export const DECODING = {
  compressors: {
    ZSTD: (bytes: Uint8Array) => zstdDecompressSync(bytes),
    GZIP: (bytes: Uint8Array) => gunzipSync(bytes),
  },
  // The library's own decoder drops a byte order mark.
  parsers: {
    stringFromBytes: (bytes: Uint8Array | undefined) =>
      bytes && Buffer.from(bytes.buffer, bytes.byteOffset, bytes.length).toString(),
  },
};

/** The record lines of a file that either engine wrote, one row group in memory at a time. SINK_MISMATCH when it is none. */
export async function* readEvents(file: AsyncBuffer): AsyncGenerator<string> {
  const metadata = await decoding(parquetMetadataAsync(file));
  let rowStart = 0;
  for (const group of metadata.row_groups) {
    const rowEnd = rowStart + Number(group.num_rows);
    yield* await decoding(readGroup(file, metadata, rowStart, rowEnd));
    rowStart = rowEnd;
  }
}

async function readGroup(
  file: AsyncBuffer,
  metadata: FileMetaData,
  rowStart: number,
  rowEnd: number,
): Promise<readonly string[]> {
  const range = { file, metadata, rowStart, rowEnd };
  const rows = await parquetReadObjects({ ...range, columns: [RECORD_LINE.name], ...DECODING });
  const values: unknown[] = rows.map((row) => row[RECORD_LINE.name]);
  if (values.length === rowEnd - rowStart && values.every((value) => typeof value === "string"))
    return values;
  throw new Error(
    `expected ${rowEnd - rowStart} texts in the column ${RECORD_LINE.name}, found ${values.length} values`,
  );
}

async function decoding<T>(step: Promise<T>): Promise<T> {
  try {
    return await step;
  } catch (cause) {
    if (isDaybookError(cause)) throw cause;
    const reason = cause instanceof Error ? cause.message : String(cause);
    throw new DaybookError("SINK_MISMATCH", {
      message: `Parquet file: expected one that Daybook wrote, found: ${reason}`,
      cause,
    });
  }
}
