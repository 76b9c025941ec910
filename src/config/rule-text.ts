import type { z } from "zod";
import { nearestWord } from "./nearest-word.js";

const PKCS12_RULE =
  "is no key here: make PEM of it with `openssl pkcs12 -in x.pfx -out x.pem -nodes`, and name that file for certificate and privateKey";
const NO_KEY = "is no key here; known are ";

/**
 * The rule that a value breaks, in our words; zod asks for it where a schema gives no words of its own. Undefined: zod's.
 */
export const ruleText: z.core.$ZodErrorMap = (issue) => {
  switch (issue.code) {
    case "invalid_type":
      return `must be ${TYPE_NAMES[issue.expected] ?? issue.expected}`;
    case "invalid_value":
      return `must be ${issue.values.length === 1 ? "" : "one of "}${issue.values.join(", ")}`;
    case "too_small":
      return `must ${boundText(issue.origin, "at least", issue.minimum)}`;
    case "too_big":
      return `must ${boundText(issue.origin, "at most", issue.maximum)}`;
    case "unrecognized_keys":
      return `${NO_KEY}${knownKeys(issue.inst)}`;
    case "invalid_union":
      return issue.discriminator === undefined ? undefined : `must be one of ${optionsOf(issue["options"])}`;
    case "invalid_format":
    case "not_multiple_of":
    case "invalid_key":
    case "invalid_element":
    case "custom":
      return undefined;
    default:
      issue satisfies never;
      return undefined;
  }
};

/** `rule` is the text for unknown keys; names the known key that `key` is a misspelling of. */
export function unknownKeyText(rule: string, key: string): string {
  if (/^(pkcs12|pfx|p12)$/i.test(key)) return PKCS12_RULE;
  const known = rule.slice(NO_KEY.length);
  const meant = nearestWord(key, known.split(", "));
  return meant === undefined ? rule : `is no key here: did you mean ${meant}? Known are ${known}`;
}

const TYPE_NAMES: Readonly<Record<string, string>> = {
  string: "text",
  number: "a number",
  int: "a whole number",
  boolean: "true or false",
  object: "a map",
  record: "a map",
  array: "a list",
};

function boundText(origin: string, bound: string, limit: number | bigint): string {
  switch (origin) {
    case "string":
      return `have ${bound} ${limit} characters`;
    case "array":
      return `have ${bound} ${limit} entries`;
    default:
      return `be ${bound} ${limit}`;
  }
}

function knownKeys(schema: unknown): string {
  const shape = (schema as z.ZodObject | undefined)?.def?.shape;
  return shape === undefined ? "others" : Object.keys(shape).join(", ");
}

function optionsOf(options: unknown): string {
  return Array.isArray(options) ? options.join(", ") : "the known forms";
}
