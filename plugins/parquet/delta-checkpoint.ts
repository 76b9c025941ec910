import { zstdCompressSync } from "node:zlib";
import { ByteWriter, ParquetWriter } from "hyparquet-writer";
import { parquetReadObjects } from "hyparquet";
import type { SchemaElement } from "hyparquet";
import { notALog, parseActions } from "./delta-actions.js";
import type { Action } from "./delta-actions.js";
import { DECODING } from "./read-events.js";

/** A column of the checkpoint: a struct of these fields, null in the rows of other actions. */
type Fields = Readonly<Record<string, "text" | "long" | "int" | "boolean" | "map" | "list" | Nested>>;
interface Nested {
  readonly struct: Fields;
}

/** PROTOCOL.md, "Checkpoint Schema", without what a table of version 1 and 2 does not have. */
const COLUMNS: Readonly<Record<keyof Action, Fields>> = {
  txn: { appId: "text", version: "long", lastUpdated: "long" },
  add: {
    path: "text",
    partitionValues: "map",
    size: "long",
    modificationTime: "long",
    dataChange: "boolean",
    tags: "map",
    stats: "text",
  },
  remove: {
    path: "text",
    deletionTimestamp: "long",
    dataChange: "boolean",
    extendedFileMetadata: "boolean",
    partitionValues: "map",
    size: "long",
  },
  metaData: {
    id: "text",
    name: "text",
    description: "text",
    format: { struct: { provider: "text", options: "map" } },
    schemaString: "text",
    partitionColumns: "list",
    configuration: "map",
    createdTime: "long",
  },
  protocol: { minReaderVersion: "int", minWriterVersion: "int" },
};

const UTF8: Partial<SchemaElement> = { type: "BYTE_ARRAY", converted_type: "UTF8" };
const PRIMITIVES = {
  text: UTF8,
  long: { type: "INT64" },
  int: { type: "INT32" },
  boolean: { type: "BOOLEAN" },
} as const satisfies Readonly<Record<string, Partial<SchemaElement>>>;

/** The classic checkpoint of a table's state, one action a row. */
export function encodeCheckpoint(actions: readonly Action[]): Uint8Array {
  const bytes = new ByteWriter(1 << 16);
  const writer = new ParquetWriter({
    writer: bytes,
    schema: [{ name: "root", num_children: Object.keys(COLUMNS).length }, ...structElements(COLUMNS)],
    codec: "ZSTD",
    compressors: { ZSTD: (piece) => zstdCompressSync(piece) },
  });
  const columnData = Object.entries(COLUMNS).map(([name, fields]) => ({
    name,
    data: actions.map((action) => structValue(fields, action[name as keyof Action])),
    statistics: false,
  }));
  void writer.write({ columnData, rowGroupSize: Math.max(1, actions.length) });
  void writer.finish();
  return bytes.getBytes();
}

/** SINK_MISMATCH when it is no checkpoint. */
export async function decodeCheckpoint(bytes: Uint8Array, key: string): Promise<readonly Action[]> {
  let rows: readonly Record<string, unknown>[];
  try {
    rows = await parquetReadObjects({ file: Uint8Array.from(bytes).buffer, ...DECODING });
  } catch (cause) {
    throw notALog(key, "no Parquet file", cause);
  }
  return parseActions(rows, key);
}

function structElements(columns: Readonly<Record<string, Fields>>): readonly SchemaElement[] {
  return Object.entries(columns).flatMap(([name, fields]) => structElement(name, fields));
}

function structElement(name: string, fields: Fields): readonly SchemaElement[] {
  const group = { name, num_children: Object.keys(fields).length, repetition_type: "OPTIONAL" } as const;
  return [group, ...Object.entries(fields).flatMap(([field, type]) => fieldElements(field, type))];
}

function fieldElements(name: string, type: Fields[string]): readonly SchemaElement[] {
  if (typeof type === "object") return structElement(name, type.struct);
  switch (type) {
    case "map":
      return [
        { name, num_children: 1, repetition_type: "OPTIONAL", converted_type: "MAP" },
        { name: "key_value", num_children: 2, repetition_type: "REPEATED" },
        { name: "key", ...UTF8, repetition_type: "REQUIRED" },
        { name: "value", ...UTF8, repetition_type: "OPTIONAL" },
      ];
    case "list":
      return [
        { name, num_children: 1, repetition_type: "OPTIONAL", converted_type: "LIST" },
        { name: "list", num_children: 1, repetition_type: "REPEATED" },
        { name: "element", ...UTF8, repetition_type: "OPTIONAL" },
      ];
    default:
      return [{ name, ...PRIMITIVES[type], repetition_type: "OPTIONAL" }];
  }
}

/** The value as the writer takes it: a long as a bigint; null where the action has nothing. */
function structValue(fields: Fields, value: object | null | undefined): object | null {
  if (value === null || value === undefined) return null;
  const values = new Map<string, unknown>(Object.entries(value));
  return Object.fromEntries(
    Object.entries(fields).map(([name, type]) => {
      const field = values.get(name) ?? null;
      if (typeof type === "object") return [name, structValue(type.struct, field)];
      return [name, type === "long" && typeof field === "number" ? BigInt(field) : field];
    }),
  );
}
