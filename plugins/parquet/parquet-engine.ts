import type { EventValue } from "daybook/plugin";

/** Makes the bytes of one Parquet file of `EVENT_COLUMNS`, piece by piece in their order. The same rows give the same bytes. */
export interface ParquetEngine {
  /** One row group, after the file's start if it is the first. The bytes are good until the next call. */
  encodeGroup(columns: readonly (readonly EventValue[])[]): Promise<Uint8Array>;
  /** What ends the file. */
  encodeEnd(): Promise<Uint8Array>;
}
