import { errorsReference } from "./errors-reference.js";
import { findingsReference } from "./findings-reference.js";
import { exampleYaml } from "../../src/config/example.js";
import { jsonSchemaOf, jsonSchemaWith } from "../../src/config/json-schema.js";
import { configReference } from "../../src/config/reference.js";
import { JSON_FORMS } from "../../src/cli/json-forms.js";
import { COMPLETION_SCRIPTS } from "../../src/cli/completion-scripts.js";
import { lakeSql } from "./lake-sql.js";
import { manualPage } from "./manual-page.js";
import azureBlob from "../../plugins/azure-blob/index.js";
import localFiles from "../../plugins/local-files/index.js";
import parquet from "../../plugins/parquet/index.js";
import postgres from "../../plugins/postgres/index.js";
import s3 from "../../plugins/s3/index.js";
import { schemaFile, upgradeFile } from "../../plugins/postgres/schema-sql.js";

const BUNDLED = { "azure-blob": azureBlob, "local-files": localFiles, parquet, postgres, s3 };

const DATABASE_ROLES = { schema: "daybook", writeRole: "daybook_writer", readRole: "daybook_reader" };

/** The files that are made from a declaration, by path within the package. */
export function generatedFiles(): Readonly<Record<string, string>> {
  return {
    "config/daybook.schema.json": `${JSON.stringify(jsonSchemaWith(BUNDLED), null, 2)}\n`,
    "config/example.yaml": exampleYaml(),
    "docs/CONFIG.md": configReference(),
    "docs/ERRORS.md": errorsReference(),
    "docs/FINDINGS.md": findingsReference(),
    "docs/daybook.1": manualPage(),
    "docs/lake/azure-sql.sql": lakeSql(),
    ...Object.fromEntries(
      JSON_FORMS.map(({ name, of, schema }) => [
        `docs/json/${name}.schema.json`,
        `${JSON.stringify({ title: `The answer of ${of}`, ...jsonSchemaOf(schema) }, null, 2)}\n`,
      ]),
    ),
    "plugins/postgres/schema.sql": schemaFile(DATABASE_ROLES),
    "plugins/postgres/upgrade.sql": upgradeFile(DATABASE_ROLES),
    ...Object.fromEntries(
      Object.entries(COMPLETION_SCRIPTS).map(([shell, script]) => [
        `systemd/completion/daybook.${shell}`,
        script,
      ]),
    ),
  };
}
