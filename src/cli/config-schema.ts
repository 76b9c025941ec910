import { jsonSchema } from "../config/json-schema.js";
import type { Command } from "./command.js";

/** Prints the schema: with or without --json it is JSON. */
export const configSchema: Command<object> = async () => {
  const schema: unknown = jsonSchema();
  return { exit: 0, text: JSON.stringify(schema, null, 2), json: schema };
};
