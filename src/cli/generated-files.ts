import { errorsReference } from "../config/errors-reference.js";
import { exampleYaml } from "../config/example.js";
import { jsonSchema } from "../config/json-schema.js";
import { configReference } from "../config/reference.js";
import { bashCompletion } from "./bash-completion.js";
import { manualPage } from "./manual-page.js";

/** The files that are made from a declaration, by path within the package. */
export function generatedFiles(): Readonly<Record<string, string>> {
  return {
    "config/daybook.schema.json": `${JSON.stringify(jsonSchema(), null, 2)}\n`,
    "config/example.yaml": exampleYaml(),
    "docs/CONFIG.md": configReference(),
    "docs/ERRORS.md": errorsReference(),
    "docs/daybook.1": manualPage(),
    "systemd/daybook.bash-completion": bashCompletion(),
  };
}
