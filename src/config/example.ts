import { stringify } from "yaml";
import { jsonSchema } from "./json-schema.js";
import type { JsonSchema } from "./json-schema.js";
import { deciderOf } from "./reference.js";

const WIDTH = 100;

const HEAD = `# yaml-language-server: $schema=daybook.schema.json
# Every key of Daybook with its meaning; docs/CONFIG.md is the reference. Lines that are commented out
# show what may be added; the values of the others are defaults or examples.
# Generated from src/config/schema.ts by \`npm run docs\`.`;

/** config/example.yaml: every key, commented; what is optional and has no default, or an example, is commented out. */
export function exampleYaml(): string {
  const sections = Object.entries(jsonSchema().properties ?? {}).map(([key, schema]) => {
    const isRequired = jsonSchema().required?.includes(key) === true;
    return mapLines({ properties: { [key]: schema }, required: isRequired ? [key] : [] }).join("\n");
  });
  return `${[HEAD, ...sections].join("\n\n")}\n`;
}

/** The lines of a map: each key under its help. `given` overrides examples and adds keys that the schema leaves open. */
function mapLines(schema: JsonSchema, given: Readonly<Record<string, unknown>> = {}): readonly string[] {
  const declared = Object.entries(schema.properties ?? {}).flatMap(([key, child]) => {
    // Where there is a default, an example is somebody else's value: what is written here ends up in manifests.
    const hasDefault = child.default !== undefined && child.examples === undefined;
    const isGiven = key in given || hasDefault || schema.required?.includes(key) === true;
    const lines = keyLines(key, child, given[key]);
    // A map whose keys are all commented out would be an empty value.
    const isLive =
      isGiven && (lines.length === 1 || lines.slice(1).some((line) => !line.trimStart().startsWith("#")));
    return [...help(child), ...(isLive ? lines : lines.map(commentedOut))];
  });
  const open = Object.entries(given).filter(([key]) => schema.properties?.[key] === undefined);
  return [...declared, ...open.map(([key, value]) => yamlLine(key, value))];
}

function keyLines(key: string, schema: JsonSchema, given: unknown): readonly string[] {
  const children = childLines(schema);
  if (children !== undefined) return [`${key}:`, ...children.map(indented)];
  return [yamlLine(key, given ?? schema.const ?? schema.examples?.[0] ?? schema.default)];
}

/** Undefined for a value without keys of its own. */
function childLines(schema: JsonSchema): readonly string[] | undefined {
  if (schema.title === "secret") return undefined;
  if (schema.oneOf !== undefined) return choiceLines(schema.oneOf);
  if (schema.propertyNames !== undefined) return namedLines(schema);
  return schema.properties === undefined ? undefined : mapLines(schema);
}

/** The first form, then the others commented out. */
function choiceLines(forms: readonly JsonSchema[]): readonly string[] {
  const decider = deciderOf(forms);
  const [first = [], ...others] = forms.map((form) => mapLines(form));
  return [
    ...first,
    ...others.flatMap((lines) => [`# or, by another ${decider}:`, ...lines.map(commentedOut)]),
  ];
}

/** The first name with every key, then the further examples commented out. */
function namedLines(schema: JsonSchema): readonly string[] {
  const value = typeof schema.additionalProperties === "object" ? schema.additionalProperties : {};
  const examples = Object.entries((schema.examples?.[0] ?? {}) as Record<string, Record<string, unknown>>);
  const [name, given] = examples[0] ?? [String(schema.propertyNames?.examples?.[0]), {}];
  const further = examples.slice(1).map(([other, keys]) => commentedOut(yamlLine(other, keys)));
  const keys = value.oneOf === undefined ? mapLines(value, given) : choiceLines(value.oneOf);
  return [`${name}:`, ...keys.map(indented), ...further];
}

function yamlLine(key: string, value: unknown): string {
  const text = stringify(value, { lineWidth: 0, collectionStyle: "flow" }).trimEnd();
  // As prettier writes it: room within braces, none within brackets.
  return `${key}: ${text.replace(/^\[ (.*) \]$/, "[$1]")}`;
}

function help({ description, enum: values }: JsonSchema): readonly string[] {
  const text = [description, values === undefined ? undefined : `One of ${values.join(", ")}.`]
    .filter(Boolean)
    .join(" ");
  return text === "" ? [] : wrapped(text).map((line) => `# ${line}`);
}

function wrapped(text: string): readonly string[] {
  const lines = [""];
  for (const word of text.split(" ")) {
    const line = lines.at(-1) ?? "";
    if (line !== "" && line.length + word.length >= WIDTH) lines.push(word);
    else lines[lines.length - 1] = line === "" ? word : `${line} ${word}`;
  }
  return lines;
}

// Help within is commented once more, so that taking away one `# ` of each line makes the whole live.
function commentedOut(line: string): string {
  return `# ${line}`;
}

function indented(line: string): string {
  return `  ${line}`;
}
