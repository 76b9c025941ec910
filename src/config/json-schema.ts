import { z } from "zod";
import { configSchema } from "./schema.js";

/** The part of JSON Schema that the declaration uses; what the reference and the example are made from. */
export interface JsonSchema {
  readonly $id?: string;
  readonly $schema?: string;
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
  readonly not?: JsonSchema;
}

/** The formats that a validator knows; zod has further ones, whose rule is in `pattern` as well. */
const KNOWN_FORMATS: ReadonlySet<unknown> = new Set(["uuid"]);

/** Any declaration as JSON Schema (draft 2020-12), in the form in which the YAML is written. */
export function jsonSchemaOf(schema: z.ZodType): JsonSchema {
  return z.toJSONSchema(schema, {
    io: "input",
    override: ({ jsonSchema: made }) => {
      if (!KNOWN_FORMATS.has(made.format)) delete made.format;
    },
  }) as JsonSchema;
}

/** The whole configuration. Of a sink it knows the core's keys alone. */
export function jsonSchema(): JsonSchema {
  return { $id: "urn:daybook:configuration", title: "Daybook configuration", ...jsonSchemaOf(configSchema) };
}

/** A bundled plugin, by its name: a record sink takes no `keep`. */
export interface BundledSink {
  readonly kind: "store" | "sink";
  readonly options: z.ZodType;
}

/** The same with a branch for each bundled plugin, for completion and checking in an editor. */
export function jsonSchemaWith(bundled: Readonly<Record<string, BundledSink>>): JsonSchema {
  const schema = jsonSchema();
  const sinks = schema.properties?.["sinks"] ?? {};
  const core = typeof sinks.additionalProperties === "object" ? sinks.additionalProperties : {};
  const branches = Object.entries(bundled).map(([name, plugin]) => branchOf(name, plugin, core));
  const another = { ...core.properties?.["use"], not: { enum: Object.keys(bundled) } };
  const outside = { ...core, properties: { ...core.properties, use: another } };
  const withBranches = { ...sinks, additionalProperties: { oneOf: [...branches, outside] } };
  return { ...schema, properties: { ...schema.properties, sinks: withBranches } };
}

function branchOf(name: string, { kind, options }: BundledSink, core: JsonSchema): JsonSchema {
  const { $schema: _draft, ...own } = jsonSchemaOf(options);
  const keep = core.properties?.["keep"];
  const kept = kind === "sink" && keep !== undefined ? { keep } : {};
  return {
    ...own,
    title: name,
    properties: { use: { type: "string", const: name }, ...kept, ...own.properties },
    required: ["use", ...(own.required ?? [])],
  };
}
