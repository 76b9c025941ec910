import { jsonSchemaOf } from "../config/json-schema.js";
import { optionsReference } from "../config/reference.js";
import { BUNDLED_PLUGINS } from "../deliver/bundled-plugins.js";
import { loadPlugin } from "../deliver/plugin-loading.js";
import { offeredWords } from "../deliver/protection-words.js";
import { isDaybookError } from "../model/errors.js";
import type { Plugin } from "../plugin/types.js";
import type { Command, CommonOptions, Surroundings } from "./command.js";
import { openWorkspace } from "./workspace.js";

interface ListedSink {
  readonly name: string;
  readonly use: string;
  readonly kind: Plugin["kind"];
  /** Of a store: what its operations can protect. Null for a sink. */
  readonly protects: string | null;
}

/** The bundled plugins with their options, and what the configuration makes of them where there is one. */
export const sinksList: Command<CommonOptions> = async (options, surroundings) => {
  const configured = await configuredSinks(options, surroundings);
  const bundled = await bundledPlugins(surroundings);
  const plugins = bundled.map(({ name, kind, options: schema }) => ({
    name,
    kind,
    options: jsonSchemaOf(schema),
  }));
  const lines = [
    ...(configured.length === 0 ? ["no configured sinks"] : ["configured sinks:"]),
    ...configured.map(
      ({ name, use, kind, protects }) =>
        `  ${name}: ${use}, a ${kindWords(kind)}${protects === null ? "" : `; ${protects}`}`,
    ),
    "",
    ...bundled.flatMap(({ name, kind, options: schema }) => [
      `${name}, a ${kindWords(kind)}`,
      "",
      optionsReference(schema),
    ]),
  ];
  return { exit: 0, text: lines.join("\n"), json: { format: "daybook.sinks/1", sinks: configured, plugins } };
};

async function configuredSinks(
  options: CommonOptions,
  surroundings: Surroundings,
): Promise<readonly ListedSink[]> {
  try {
    const { loaded, plugins, tenants } = await openWorkspace(options, surroundings);
    await using opened = tenants[0]?.openSinks();
    const stores = new Map(opened?.stores().map(({ name, store }) => [name, store]));
    return Object.entries(loaded.config.sinks).map(([name, { use }]) => {
      const store = stores.get(name);
      const protects = store === undefined ? null : offeredWords(store);
      return { name, use, kind: plugins.plugin(use).kind, protects };
    });
  } catch (error) {
    // What there is can be listed before anything is configured.
    if (options.config === undefined && isDaybookError(error, "CONFIG_NOT_FOUND")) return [];
    throw error;
  }
}

function bundledPlugins({ files, cwd }: Surroundings): Promise<readonly Plugin[]> {
  return Promise.all(
    Object.keys(BUNDLED_PLUGINS).map((use) => loadPlugin({ use }, { files, configFolder: cwd })),
  );
}

function kindWords(kind: Plugin["kind"]): string {
  return kind === "store" ? "store: keeps the archive itself" : "sink: keeps the current view";
}
