import { loadConfig } from "../config/load.js";
import type { LoadedConfig } from "../config/load.js";
import type { TenantConfig } from "../config/schema.js";
import { composeRoot, composeTenant } from "../compose/container.js";
import type { Composition } from "../compose/container.js";
import { proxySettings, useProxy } from "../io/proxy.js";
import { requireVerification, trustAuthorities } from "../io/tls.js";
import { DaybookError } from "../model/errors.js";
import type { CommonOptions, Surroundings } from "./command.js";

/** A loaded configuration with everything composed from it. */
export interface Workspace {
  readonly loaded: LoadedConfig;
  readonly root: Composition;
  /** The tenants asked for, each with its own container, in the order of the file. */
  readonly tenants: readonly { readonly name: string; readonly container: Composition }[];
}

/** Loads the configuration that the options name and composes what it describes. Does not touch archive or network. */
export async function openWorkspace(options: CommonOptions, surroundings: Surroundings): Promise<Workspace> {
  const { env, cwd, files, clock, http, redactor, stderr } = surroundings;
  const search = { env, cwd, ...(options.config === undefined ? {} : { config: options.config }) };
  const loaded = await loadConfig(search, files);
  await prepareNetwork(loaded, surroundings);
  // A person at a terminal sees progress; log lines would tear it apart.
  const writeLog = (line: string): void => (stderr.isTTY ? undefined : stderr.write(line));
  const root = await composeRoot({ clock, files, http, env, redactor, writeLog }, loaded);
  const tenants = chosenTenants(loaded, options.tenant).map(([name, config]) => ({
    name,
    container: composeTenant(root, name, config),
  }));
  return { loaded, root, tenants };
}

async function prepareNetwork({ config }: LoadedConfig, { env, files }: Surroundings): Promise<void> {
  requireVerification(env);
  const proxy = proxySettings(env);
  if (proxy !== undefined) useProxy(proxy);
  const { ca } = config.tls;
  if (ca !== undefined) trustAuthorities(ca, await readAuthorities(ca, files));
}

async function readAuthorities(path: string, files: Surroundings["files"]): Promise<string> {
  try {
    return new TextDecoder().decode(await files.read(path));
  } catch (cause) {
    throw new DaybookError("CONFIG_INVALID", {
      message: `tls.ca: ${path} cannot be read, expected certificates of authorities in PEM`,
      hint: "name the file with your organisation's root certificate, and let Daybook's user read it",
      cause,
    });
  }
}

function chosenTenants(
  { config }: LoadedConfig,
  name: string | undefined,
): readonly [string, TenantConfig][] {
  const all = Object.entries(config.tenants);
  if (name === undefined) return all;
  const chosen = all.filter(([candidate]) => candidate === name);
  if (chosen.length > 0) return chosen;
  throw new DaybookError("USAGE", {
    message: `--tenant: expected one of ${all.map(([candidate]) => candidate).join(", ")}, found "${name}"`,
  });
}
