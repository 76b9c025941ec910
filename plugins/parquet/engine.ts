import type { Value } from "./columns.js";

export const ENGINE_NAMES = ["hyparquet-writer", "parquetjs-lite"] as const;
export type EngineName = (typeof ENGINE_NAMES)[number];

/** Makes the bytes of one Parquet file of `COLUMNS`, piece by piece in their order. The same rows give the same bytes. */
export interface ParquetEngine {
  /** One row group, after the file's start if it is the first. The bytes are good until the next call. */
  encodeGroup(columns: readonly (readonly Value[])[]): Promise<Uint8Array>;
  /** What ends the file. */
  encodeEnd(): Promise<Uint8Array>;
}

/** The engine for one file; `facts` go into its key-value metadata. Loads only the library that is asked for. */
export async function openEngine(
  name: EngineName,
  facts: Readonly<Record<string, string>>,
): Promise<ParquetEngine> {
  switch (name) {
    case "hyparquet-writer": {
      const { HyparquetEngine } = await import("./hyparquet-engine.js");
      return new HyparquetEngine(facts);
    }
    case "parquetjs-lite": {
      const { ParquetjsEngine } = await import("./parquetjs-engine.js");
      return new ParquetjsEngine(facts);
    }
    default:
      return name satisfies never;
  }
}
