import type { Clock } from "../io/clock.js";
import { DaybookError, isDaybookError } from "../model/errors.js";
import type { Log } from "../model/log.js";
import type { Host, ObjectStore, Plugin } from "../plugin/types.js";
import { OpenedSinks } from "./opened-sinks.js";
import type { OpenedPlugin } from "./opened-sinks.js";
import { loadPlugin } from "./plugin-loading.js";
import type { PluginLoading, PluginSpec } from "./plugin-loading.js";
import { guardSink, guardStore } from "./sink-guard.js";

/** A sink as the configuration has it. */
export interface SinkSpec extends PluginSpec {
  readonly [option: string]: unknown;
}

export interface OpenOptions {
  readonly tenant: string;
  readonly files: Host["files"];
  readonly clock: Clock;
  readonly log: Log;
  readonly secret: Host["secret"];
  readonly azureTokens: Host["azureTokens"];
}

/** The plugins that the configuration names, each loaded once. Opening them does no I/O. */
export class PluginSet {
  readonly #plugins: ReadonlyMap<string, Plugin | DaybookError>;

  private constructor(plugins: ReadonlyMap<string, Plugin | DaybookError>) {
    this.#plugins = plugins;
  }

  /**
   * Loads the plugin of every sink, and those that a sink's own options name (`to: { use: … }`). A plugin that cannot be
   * loaded fails in `plugin`, so that all problems of a configuration are reported at once.
   */
  static async load(sinks: Readonly<Record<string, SinkSpec>>, loading: PluginLoading): Promise<PluginSet> {
    const plugins = new Map<string, Plugin | DaybookError>();
    for (const sink of Object.values(sinks)) {
      for (const spec of [sink, ...nestedSpecs(sink)]) {
        plugins.set(spec.use, await loadPlugin(spec, loading).catch(asPluginInvalid));
      }
    }
    return new PluginSet(plugins);
  }

  /** The plugin that `use` names: its `kind`, and its `options` schema for checking the configuration. PLUGIN_INVALID. */
  plugin(use: string): Plugin {
    const plugin = this.#plugins.get(use);
    if (plugin instanceof DaybookError) throw plugin;
    if (plugin !== undefined) return plugin;
    throw new DaybookError("PLUGIN_INVALID", {
      message: `plugin ${use}: expected to be loaded at start, found it was not`,
    });
  }

  /** Opens every configured sink for one tenant; `options` as for `open`, by the sink's name. */
  openAll(
    sinks: Readonly<Record<string, SinkSpec>>,
    options: ReadonlyMap<string, unknown>,
    settings: OpenOptions,
  ): OpenedSinks {
    const opened = Object.entries(sinks).map(([name, { use }]) =>
      this.open(name, use, options.get(name), settings),
    );
    return new OpenedSinks(opened, settings.log);
  }

  /** Opens a configured sink for one tenant. `options` is the output of the plugin's own schema. */
  open(name: string, use: string, options: unknown, settings: OpenOptions): OpenedPlugin {
    const { clock, log, tenant, files, secret, azureTokens } = settings;
    const guard = { name, clock, log };
    const stores: ObjectStore[] = [];
    const openStore = (spec: unknown): ObjectStore => {
      const store = guardStore(this.#openNested(name, spec, host), guard);
      stores.push(store);
      return store;
    };
    const host: Host = Object.freeze({ log, clock, files, tenant, openStore, secret, azureTokens });
    const plugin = this.plugin(use);
    switch (plugin.kind) {
      case "store":
        return { kind: "store", name, store: guardStore(plugin.open(options, host), guard) };
      case "sink":
        return { kind: "sink", name, sink: guardSink(plugin.open(options, host), guard), stores };
      default:
        return plugin satisfies never;
    }
  }

  #openNested(name: string, spec: unknown, host: Host): ObjectStore {
    if (!isSpec(spec)) throw nestedInvalid(name, "expected a mapping with `use`");
    const { use, integrity: _integrity, ...options } = spec;
    const plugin = this.plugin(use);
    if (plugin.kind !== "store")
      throw nestedInvalid(name, `${use}: expected a store, found a ${plugin.kind}`);
    const checked = plugin.options.safeParse(options);
    if (checked.success) return plugin.open(checked.data, host);
    const issues = checked.error.issues.map(({ path, message }) => `${path.join(".")}: ${message}`);
    throw nestedInvalid(name, issues.join("; "));
  }
}

function asPluginInvalid(error: unknown): DaybookError {
  if (isDaybookError(error, "PLUGIN_INVALID")) return error;
  throw error;
}

/** The plugins named inside a sink's options, such as `to: { use: … }`. */
function nestedSpecs(sink: SinkSpec): readonly SinkSpec[] {
  return Object.values(sink).filter(isSpec);
}

function isSpec(value: unknown): value is SinkSpec {
  return typeof value === "object" && value !== null && "use" in value && typeof value.use === "string";
}

function nestedInvalid(name: string, what: string): DaybookError {
  return new DaybookError("CONFIG_INVALID", { message: `sinks.${name}: store within a sink: ${what}` });
}
