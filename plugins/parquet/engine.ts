import type { ParquetEngine } from "./parquet-engine.js";

export const ENGINE_NAMES = ["hyparquet-writer", "parquetjs-lite"] as const;
export type EngineName = (typeof ENGINE_NAMES)[number];

/** The engine for one file; `facts` go into its key-value metadata. Loads only the library that it uses. */
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
