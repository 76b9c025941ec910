import { MIN_SECRET_LENGTH } from "./redactor.js";
import { VARIABLES } from "./environment.js";
import { jsonSchema, jsonSchemaOf } from "./json-schema.js";
import type { JsonSchema } from "./json-schema.js";
import type { z } from "zod";

const INTRODUCTION = `# Configuration

<!-- Generated from src/config/schema.ts by \`npm run docs\`. -->

One YAML file: \`--config FILE\`, else \`$DAYBOOK_CONFIG\`, else \`./daybook.yaml\`, else \`/etc/daybook/daybook.yaml\`. Nobody but
its owner may be able to write it. Unknown keys are errors, and \`daybook config check\` tells all errors at once, each with
line and column. Relative paths start at the folder of the file. \`config/example.yaml\` shows every key.

<!-- prettier-ignore -->
| Type | Is written |
| --- | --- |
| duration | a whole number and one of \`m h d w y\`: \`26h\`, \`28d\`, \`7y\`; \`y\` is calendar years |
| secret | where it is, never its value: \`{ file: PATH }\`, \`{ env: NAME }\` or \`{ credential: NAME }\` (a systemd credential). It has at least ${MIN_SECRET_LENGTH} characters, and so has the password in an address. A file that others than its owner can read is refused, but for one of root's with mode 640; one that changes is read again |
| path | a path on this machine |
| name | 1 to 40 lower-case letters, digits and hyphens |

## Keys

<!-- prettier-ignore -->
`;

interface Row {
  readonly key: string;
  readonly schema: JsonSchema;
  readonly isRequired: boolean;
}

/** docs/CONFIG.md: every key with its type, default and help. */
export function configReference(): string {
  return INTRODUCTION + table(jsonSchema()) + variablesText();
}

function variablesText(): string {
  const rows = Object.entries(VARIABLES).map(([name, meaning]) => `| \`${name}\` | ${meaning} |\n`);
  return `
## Environment

In a text value, \`\${NAME}\` stands for the variable's value and \`\${NAME:-default}\` for that or the default where it is unset or
empty; \`$\${NAME}\` is the text itself. Within \`{ }\` and \`[ ]\` it needs quotes. A variable that is not set is an error with its line. Values of variables are not
shown in messages. A secret is named instead, so that it stays out of the file: \`secret: { env: CONTOSO_SECRET }\`.

These variables are Daybook's own:

<!-- prettier-ignore -->
| Variable | Meaning |
| --- | --- |
${rows.join("")}`;
}

/** The same table for the options of a plugin. */
export function optionsReference(options: z.ZodType): string {
  return table(jsonSchemaOf(options));
}

function table(schema: JsonSchema): string {
  const rows = rowsOf(schema, "").map(({ key, schema: one, isRequired }) =>
    [`\`${key}\``, typeText(one), fallbackText(one, isRequired), one.description ?? ""].map(cell).join(" | "),
  );
  const head = ["Key | Type | Default | Meaning", "--- | --- | --- | ---"];
  return [...head, ...rows].map((row) => `| ${row} |\n`).join("");
}

function rowsOf(schema: JsonSchema, prefix: string): readonly Row[] {
  return Object.entries(schema.properties ?? {}).flatMap(([name, child]) => {
    const isRequired = schema.required?.includes(name) ?? false;
    return [{ key: prefix + name, schema: child, isRequired }, ...childRows(child, prefix + name)];
  });
}

function childRows(schema: JsonSchema, key: string): readonly Row[] {
  if (schema.title === "secret") return [];
  if (typeof schema.additionalProperties === "object" && schema.propertyNames !== undefined) {
    return childRows(schema.additionalProperties, `${key}.NAME`);
  }
  return schema.oneOf === undefined ? rowsOf(schema, `${key}.`) : formRows(schema.oneOf, key);
}

/** Keys of the forms of a choice: the deciding key once, the others with the form that has them. */
function formRows(forms: readonly JsonSchema[], key: string): readonly Row[] {
  const decider = deciderOf(forms);
  const names = forms.map((form) => form.properties?.[decider]?.const);
  const choice: Row = {
    key: `${key}.${decider}`,
    schema: { enum: names, description: "Decides which further keys there are." },
    isRequired: true,
  };
  const rest = forms.flatMap((form) => {
    const only = `With \`${decider}: ${String(form.properties?.[decider]?.const)}\`. `;
    return rowsOf(form, `${key}.`)
      .filter((row) => row.key !== choice.key)
      .map((row) => ({
        ...row,
        schema: { ...row.schema, description: only + (row.schema.description ?? "") },
      }));
  });
  return [choice, ...rest];
}

/** The key that has one fixed value in each form. */
export function deciderOf(forms: readonly JsonSchema[]): string {
  const keys = Object.entries(forms[0]?.properties ?? {});
  return keys.find(([, child]) => child.const !== undefined)?.[0] ?? "";
}

/** `whole number, 1 to 8`; the words of docs/CONFIG.md. */
function typeText(schema: JsonSchema): string {
  if (schema.title !== undefined) return schema.title;
  if (schema.enum !== undefined) return schema.enum.map((value) => `\`${String(value)}\``).join(", ");
  switch (schema.type) {
    case "integer":
      return `whole number, ${schema.minimum} to ${schema.maximum}`;
    case "array":
      return `list of ${schema.items?.title ?? schema.items?.type ?? "values"}`;
    case "boolean":
      return "`true`, `false`";
    case "string":
      return "text";
    case "object":
    case undefined:
      return "map";
    default:
      return schema.type;
  }
}

function fallbackText(schema: JsonSchema, isRequired: boolean): string {
  if (isRequired) return "required";
  const { default: fallback } = schema;
  if (Array.isArray(fallback)) return `\`[${fallback.join(", ")}]\``;
  return ["string", "number", "boolean"].includes(typeof fallback) ? `\`${fallback as string}\`` : "";
}

// The table's own separator must not stand within a cell.
function cell(text: string): string {
  return text.replaceAll("|", "\\|");
}
