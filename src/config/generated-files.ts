import { errorsReference } from "./errors-reference.js";
import { exampleYaml } from "./example.js";
import { jsonSchema } from "./json-schema.js";
import { configReference } from "./reference.js";

/** The files that are made from a declaration, by path within the package. */
export function generatedFiles(): Readonly<Record<string, string>> {
  return {
    "config/daybook.schema.json": `${JSON.stringify(jsonSchema(), null, 2)}\n`,
    "config/example.yaml": exampleYaml(),
    "docs/CONFIG.md": configReference(),
    "docs/ERRORS.md": errorsReference(),
  };
}
