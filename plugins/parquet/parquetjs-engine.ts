import parquetjs from "parquetjs-lite";
import type { FieldDefinition, ParquetWriter } from "parquetjs-lite";
import { EVENT_COLUMNS } from "daybook/plugin";
import type { EventColumn, EventColumnType, EventValue } from "daybook/plugin";
import type { ParquetEngine } from "./parquet-engine.js";

const TYPES: Readonly<Record<EventColumnType, FieldDefinition["type"]>> = {
  text: "UTF8",
  integer: "INT32",
  boolean: "BOOLEAN",
  timestamp: "TIMESTAMP_MICROS",
};

/**
 * parquetjs-lite 0.8.7 without its defects. Its statistics are in the wrong order, so that readers drop rows that
 * exist, and its page index is invalid (https://github.com/frequency-chain/parquetjs/issues/92): both are off. It silently converts
 * values to their type: `fitting` has checked each. It does not await all of its writes, which on a full disk ends the
 * process: here it writes to memory only.
 */
export class ParquetjsEngine implements ParquetEngine {
  #pieces: Uint8Array[] = [];
  readonly #writer: ParquetWriter;

  constructor(facts: Readonly<Record<string, string>>) {
    const schema = new parquetjs.ParquetSchema(
      Object.fromEntries(EVENT_COLUMNS.map((column) => [column.name, fieldDefinition(column)])),
    );
    const keep = (bytes: Uint8Array): void => void this.#pieces.push(bytes);
    const envelope = new parquetjs.ParquetEnvelopeWriter(schema, keep, () => {}, 0, { pageIndex: false });
    this.#writer = new parquetjs.ParquetWriter(schema, envelope, {});
    for (const [key, value] of Object.entries(facts)) this.#writer.setMetadata(key, value);
  }

  async encodeGroup(columns: readonly (readonly EventValue[])[]): Promise<Uint8Array> {
    const rows = columns[0]?.length ?? 0;
    // The row that makes the number full writes the group.
    this.#writer.setRowGroupSize(rows);
    for (let row = 0; row < rows; row += 1) {
      // Awaited one by one: rows appended meanwhile would be written twice.
      await this.#writer.appendRow(rowOf(columns, row));
    }
    return this.#drain();
  }

  async encodeEnd(): Promise<Uint8Array> {
    await this.#writer.close();
    return this.#drain();
  }

  #drain(): Uint8Array {
    const bytes = Buffer.concat(this.#pieces);
    this.#pieces = [];
    return bytes;
  }
}

function fieldDefinition({ type, required }: EventColumn): FieldDefinition {
  return { type: TYPES[type], optional: !required, compression: "GZIP", statistics: false };
}

function rowOf(columns: readonly (readonly EventValue[])[], row: number): Record<string, unknown> {
  return Object.fromEntries(
    EVENT_COLUMNS.map(({ name, type }, index) => {
      const value = columns[index]?.[row] ?? null;
      // The library refuses a number before 1970, but not a Date, which has milliseconds only.
      const isEarly = type === "timestamp" && typeof value === "number" && value < 0;
      return [name, isEarly ? new Date(value / 1000) : value];
    }),
  );
}
