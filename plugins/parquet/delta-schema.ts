import { EVENT_COLUMNS, z } from "daybook/plugin";
import type { EventColumn, EventColumnType } from "daybook/plugin";

/** The column that the folders are named after; the files do not contain it. */
export const PARTITION = "date";

const TYPES: Readonly<Record<EventColumnType, string>> = {
  text: "string",
  integer: "integer",
  boolean: "boolean",
  timestamp: "timestamp",
};

const schema = z.looseObject({
  type: z.literal("struct"),
  fields: z.array(z.looseObject({ name: z.string() })),
});

type Field = z.output<typeof schema>["fields"][number];

/**
 * The table's schema as `metaData.schemaString`: the columns of the files, and the day. `before` is that of an existing
 * table: its columns stay, those of a newer Daybook too, and only what it lacks is added at the end.
 */
export function schemaString(before?: string): string {
  const fields: readonly Field[] = before === undefined ? [] : schema.parse(JSON.parse(before)).fields;
  const own = [field(PARTITION, "date", true), ...EVENT_COLUMNS.map(fieldOfColumn)];
  const missing = own.filter(({ name }) => !fields.some((known) => known.name === name));
  return JSON.stringify({ type: "struct", fields: [...fields, ...missing] });
}

function fieldOfColumn({ name, type, required }: EventColumn): Field {
  return field(name, TYPES[type], !required);
}

function field(name: string, type: string, nullable: boolean): Field {
  return { name, type, nullable, metadata: {} };
}
