import { resolve } from "node:path";
import { z } from "zod";
import { pathSchemas } from "./schema/values.js";

/** `value` with every path that `schema` declares made absolute, from `folder`. */
export function withAbsolutePaths(schema: z.core.$ZodType, value: unknown, folder: string): unknown {
  // `get`, not `has`: it also knows a schema that `.meta()` derived from a declared one.
  if (pathSchemas.get(schema) !== undefined && typeof value === "string") return resolve(folder, value);
  if (schema instanceof z.ZodOptional || schema instanceof z.ZodDefault || schema instanceof z.ZodPrefault) {
    return withAbsolutePaths(schema.unwrap(), value, folder);
  }
  if (schema instanceof z.ZodUnion) {
    // Forms that do not fit the value know none of its keys, or hold the same kind under them.
    return schema.options.reduce<unknown>((rest, form) => withAbsolutePaths(form, rest, folder), value);
  }
  if (schema instanceof z.ZodArray && Array.isArray(value)) {
    return value.map((entry) => withAbsolutePaths(schema.element, entry, folder));
  }
  if (typeof value !== "object" || value === null) return value;
  if (schema instanceof z.ZodRecord) {
    return mapped(value, (_, entry) => withAbsolutePaths(schema.valueType, entry, folder));
  }
  if (schema instanceof z.ZodObject) {
    return mapped(value, (key, entry) => {
      const child: z.core.$ZodType | undefined = schema.shape[key];
      return child === undefined ? entry : withAbsolutePaths(child, entry, folder);
    });
  }
  return value;
}

function mapped(value: object, change: (key: string, entry: unknown) => unknown): object {
  return Object.fromEntries(Object.entries(value).map(([key, entry]) => [key, change(key, entry)]));
}
