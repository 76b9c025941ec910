import { EVENT_FIELDS } from "daybook/plugin";
import type { EventColumnType } from "daybook/plugin";

/** A typed column of `events` and where its value comes from. */
export interface Column {
  readonly name: string;
  readonly type: EventColumnType;
  /** The event's field. */
  readonly field: string;
}

/**
 * The lake's columns for fields of an event. The names are in lower case: PostgreSQL reads a name without quotes so, and a
 * query that names `CreationTime` works in the lake and here. A new column of the lake is an upgrade of the schema (upgrade.ts).
 */
export const COLUMNS: readonly Column[] = EVENT_FIELDS.map(({ name, type }) => ({
  name: name.toLowerCase(),
  type,
  field: name,
}));

export const SQL_TYPES: Readonly<Record<EventColumnType, string>> = {
  text: "text",
  integer: "integer",
  boolean: "boolean",
  timestamp: "timestamptz",
};
