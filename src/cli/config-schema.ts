import { jsonSchemaWith } from "../config/json-schema.js";
import { BUNDLED_PLUGINS } from "../deliver/bundled-plugins.js";
import { loadPlugin } from "../deliver/plugin-loading.js";
import type { Command, Surroundings } from "./command.js";

/** Prints the schema: with or without --json it is JSON. */
export const configSchema: Command<object> = async (_, surroundings) => {
  const schema = await bundledSchema(surroundings);
  return { exit: 0, text: JSON.stringify(schema, null, 2), json: schema };
};

/** The schema of the configuration, with a branch for each bundled plugin. */
export async function bundledSchema({ files, cwd }: Pick<Surroundings, "files" | "cwd">): Promise<unknown> {
  const names = Object.keys(BUNDLED_PLUGINS);
  const loading = { files, configFolder: cwd };
  const plugins = await Promise.all(
    names.map(async (use) => [use, await loadPlugin({ use }, loading)] as const),
  );
  return jsonSchemaWith(Object.fromEntries(plugins));
}
