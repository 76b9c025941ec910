import { z } from "zod";
import { configSchema } from "./schema.js";

/** The part of JSON Schema that the declaration uses; what the reference and the example are made from. */
export interface JsonSchema {
  readonly type?: string;
  readonly title?: string;
  readonly description?: string;
  readonly default?: unknown;
  readonly examples?: readonly unknown[];
  readonly enum?: readonly unknown[];
  readonly const?: unknown;
  readonly minimum?: number;
  readonly maximum?: number;
  readonly properties?: Readonly<Record<string, JsonSchema>>;
  readonly required?: readonly string[];
  readonly additionalProperties?: boolean | JsonSchema;
  readonly propertyNames?: JsonSchema;
  readonly items?: JsonSchema;
  readonly oneOf?: readonly JsonSchema[];
  readonly anyOf?: readonly JsonSchema[];
}

/** Any declaration as JSON Schema (draft 2020-12), in the form in which the YAML is written. */
export function jsonSchemaOf(schema: z.ZodType): JsonSchema {
  return z.toJSONSchema(schema, { io: "input" }) as JsonSchema;
}

/** The whole configuration, for completion and checking in an editor. */
export function jsonSchema(): JsonSchema {
  return { title: "Daybook configuration", ...jsonSchemaOf(configSchema) };
}
