import { dirname, join, resolve } from "node:path";
import { exampleYaml } from "../config/example.js";
import { MAX_CONFIG_BYTES } from "../config/find-config.js";
import { DaybookError, isDaybookError } from "../model/errors.js";
import { packageRoot } from "../io/package-files.js";
import { replaceFile } from "../io/publish-file.js";
import type { Command } from "./command.js";
import { bundledSchema } from "./config-schema.js";

/** As the first line of the example names it. */
const SCHEMA_FILE = "daybook.schema.json";

export interface ConfigInitOptions {
  readonly arguments: readonly (string | undefined)[];
  /** Every key, commented, in place of the least that is needed. */
  readonly full?: boolean;
}

/** Writes a first configuration, and beside it the schema that its first line names to editors. */
export const configInit: Command<ConfigInitOptions> = async (
  { arguments: [file], full = false },
  surroundings,
) => {
  const { cwd, files } = surroundings;
  const path = resolve(cwd, file ?? "daybook.yaml");
  const bytes = full
    ? new TextEncoder().encode(exampleYaml())
    : await files.read(join(packageRoot(), "config", "minimal.yaml"), MAX_CONFIG_BYTES);
  try {
    await files.makeFolder(dirname(path), 0o755);
    // It holds no secret, and the daemon has to read it: in /etc/daybook, by its group.
    await files.writeNew(path, bytes, 0o640);
  } catch (error) {
    if (!isDaybookError(error, "FILE_EXISTS")) throw error;
    throw new DaybookError("USAGE", {
      message: `${path}: found a file, expected none: a configuration is never overwritten`,
      hint: "name another file, or move that one away",
    });
  }
  const schema = await bundledSchema(surroundings);
  const schemaBytes = new TextEncoder().encode(`${JSON.stringify(schema, null, 2)}\n`);
  const schemaPath = join(dirname(path), SCHEMA_FILE);
  await replaceFile(files, { path: schemaPath, bytes: schemaBytes, mode: 0o644 });
  const text = `${path} written; fill in tenantId, clientId and the credential, then run: daybook config check --config ${path}`;
  return { exit: 0, text, json: { format: "daybook.config-init/1", path, schema: schemaPath } };
};
