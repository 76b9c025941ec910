import { createHash } from "node:crypto";
import { createRequire } from "node:module";
import { isAbsolute, join, resolve } from "node:path";
import { fileURLToPath, pathToFileURL } from "node:url";
import type { Files } from "../io/files.js";
import { DaybookError, messageOf } from "../model/errors.js";
import { API_VERSION } from "../plugin/types.js";
import type { Plugin } from "../plugin/types.js";
import { BUNDLED_PLUGINS } from "./bundled-plugins.js";
import { lendDaybook } from "./lent-modules.js";

/** Which plugin the configuration names. */
export interface PluginSpec {
  /** A bundled plugin's name, a path that starts with `./`, `../` or `/`, or the name of an installed package. */
  readonly use: string;
  /** `sha256-` and the base64 or hex digest of the plugin's file. */
  readonly integrity?: string | undefined;
}

export interface PluginLoading {
  readonly files: Files;
  /** Absolute path of the configuration file's folder, from which paths and packages are resolved. */
  readonly configFolder: string;
}

const MAX_PLUGIN_BYTES = 64 << 20;

/**
 * Loads a plugin that the configuration names; nothing else is ever loaded (fault 87). PLUGIN_INVALID when it is absent, does
 * not match its pin, cannot be imported, or is not a plugin of this API version.
 */
export async function loadPlugin({ use, integrity }: PluginSpec, loading: PluginLoading): Promise<Plugin> {
  const bundled = Object.hasOwn(BUNDLED_PLUGINS, use) ? BUNDLED_PLUGINS[use] : undefined;
  if (bundled !== undefined) {
    if (integrity !== undefined)
      throw invalid(use, "integrity: expected none for a bundled plugin, found a pin");
    return asPlugin(use, await importing(use, bundled));
  }
  const path = pluginFile(use, loading.configFolder);
  if (integrity !== undefined) await requireIntegrity(use, path, integrity, loading.files);
  lendDaybook();
  return asPlugin(use, await importing(use, () => import(/* @vite-ignore */ pathToFileURL(path).href)));
}

/** The file that holds the plugin's code. */
function pluginFile(use: string, configFolder: string): string {
  if (isAbsolute(use) || /^\.{1,2}\//.test(use)) return resolve(configFolder, use);
  if (!/^(@[a-z0-9~-][a-z0-9._~-]*\/)?[a-z0-9~-][a-z0-9._~-]*(\/[A-Za-z0-9._-]+)*$/.test(use)) {
    throw invalid(use, "use: expected a bundled plugin, a path that starts with ./ or /, or a package name");
  }
  try {
    const found = createRequire(join(configFolder, "daybook.yaml")).resolve(use);
    return found.startsWith("file:") ? fileURLToPath(found) : found;
  } catch (cause) {
    const bundled = Object.keys(BUNDLED_PLUGINS).join(", ");
    throw invalid(
      use,
      `expected one of ${bundled}, or a package installed in ${configFolder}, found neither`,
      cause,
    );
  }
}

async function requireIntegrity(use: string, path: string, integrity: string, files: Files): Promise<void> {
  const expected = digestOf(integrity);
  if (expected === undefined) throw invalid(use, "integrity: expected sha256- and a digest in base64 or hex");
  let bytes: Uint8Array;
  try {
    bytes = await files.read(path, MAX_PLUGIN_BYTES);
  } catch (cause) {
    throw invalid(use, `cannot be read: ${messageOf(cause)}`, cause);
  }
  const found = createHash("sha256").update(bytes).digest("hex");
  if (found !== expected) throw invalid(use, `integrity: expected sha256 ${expected}, found ${found}`);
}

/** The digest of a pin, in hex. */
function digestOf(integrity: string): string | undefined {
  const [, text = ""] = /^sha256-(.+)$/.exec(integrity) ?? [];
  if (/^[0-9a-f]{64}$/i.test(text)) return text.toLowerCase();
  return /^[A-Za-z0-9+/]{43}=$/.test(text) ? Buffer.from(text, "base64").toString("hex") : undefined;
}

async function importing(use: string, load: () => Promise<unknown>): Promise<unknown> {
  try {
    const module = await load();
    return typeof module === "object" && module !== null && "default" in module ? module.default : undefined;
  } catch (cause) {
    throw invalid(use, `cannot be imported: ${messageOf(cause)}`, cause);
  }
}

/** Checks the shape of what a third-party module exports. */
function asPlugin(use: string, found: unknown): Plugin {
  if (typeof found !== "object" || found === null) {
    throw invalid(use, "default export: expected what defineStore or defineSink gives, found none");
  }
  const { name, kind, apiVersion, options, open } = found as Record<string, unknown>;
  if (apiVersion !== API_VERSION) {
    throw invalid(use, `apiVersion: expected ${API_VERSION}, found ${String(apiVersion)}`);
  }
  if (kind !== "store" && kind !== "sink")
    throw invalid(use, `kind: expected store or sink, found ${String(kind)}`);
  if (typeof name !== "string") throw invalid(use, "name: expected a text, found none");
  if (typeof open !== "function") throw invalid(use, "open: expected a function, found none");
  if (!isSchema(options))
    throw invalid(use, "options: expected a schema made with the z of daybook/plugin, found none");
  return found as Plugin;
}

/** Recognises a zod schema by its own mark: documentation and error paths need zod. */
function isSchema(options: unknown): boolean {
  if (typeof options !== "object" || options === null) return false;
  const { safeParse, _zod } = options as Record<string, unknown>;
  return typeof safeParse === "function" && typeof _zod === "object" && _zod !== null;
}

function invalid(use: string, what: string, cause?: unknown): DaybookError {
  return new DaybookError("PLUGIN_INVALID", {
    message: `plugin ${use}: ${what}`,
    ...(cause === undefined ? {} : { cause }),
  });
}
