import { zstdCompressSync } from "node:zlib";
import type { SchemaElement } from "hyparquet";
import { ByteWriter, ParquetWriter } from "hyparquet-writer";
import { EVENT_COLUMNS, RECORD_LINE } from "daybook/plugin";
import type { EventColumn, EventColumnType, EventValue } from "daybook/plugin";
import type { ParquetEngine } from "./parquet-engine.js";

const TYPES: Readonly<Record<EventColumnType, Partial<SchemaElement>>> = {
  text: { type: "BYTE_ARRAY", converted_type: "UTF8" },
  integer: { type: "INT32" },
  boolean: { type: "BOOLEAN" },
  timestamp: {
    type: "INT64",
    converted_type: "TIMESTAMP_MICROS",
    logical_type: { type: "TIMESTAMP", isAdjustedToUTC: true, unit: "MICROS" },
  },
};

/** Record lines are distinct, and nobody filters by their order: a dictionary and bounds would only cost time. */
const EVENT_STORAGE = { encoding: "PLAIN", statistics: false } as const;

/** hyparquet-writer: pages in Zstandard, dictionaries where they pay, statistics in the order that readers expect. */
export class HyparquetEngine implements ParquetEngine {
  readonly #bytes = new ByteWriter(1 << 20);
  readonly #writer: ParquetWriter;

  constructor(facts: Readonly<Record<string, string>>) {
    this.#writer = new ParquetWriter({
      writer: this.#bytes,
      schema: [{ name: "root", num_children: EVENT_COLUMNS.length }, ...EVENT_COLUMNS.map(schemaElement)],
      codec: "ZSTD",
      compressors: { ZSTD: (bytes) => zstdCompressSync(bytes) },
      kvMetadata: Object.entries(facts).map(([key, value]) => ({ key, value })),
    });
  }

  async encodeGroup(columns: readonly (readonly EventValue[])[]): Promise<Uint8Array> {
    const columnData = EVENT_COLUMNS.map((column, index) => ({
      name: column.name,
      data: [...(columns[index] ?? [])],
      ...(column === RECORD_LINE ? EVENT_STORAGE : {}),
    }));
    await this.#writer.write({ columnData, rowGroupSize: columns[0]?.length ?? 0 });
    return this.#drain();
  }

  async encodeEnd(): Promise<Uint8Array> {
    await this.#writer.finish();
    return this.#drain();
  }

  /** The bytes since the last call; the writer goes on counting its offset, and uses the buffer again. */
  #drain(): Uint8Array {
    const bytes = this.#bytes.getBytes();
    this.#bytes.index = 0;
    return bytes;
  }
}

function schemaElement({ name, type, required }: EventColumn): SchemaElement {
  return { name, ...TYPES[type], repetition_type: required ? "REQUIRED" : "OPTIONAL" };
}
