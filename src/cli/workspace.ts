import { loadConfig } from "../config/load.js";
import { requireFile } from "../config/find-config.js";
import type { ConfigSearch } from "../config/find-config.js";
import type { LoadedConfig } from "../config/load.js";
import { OnlySinksValid } from "../config/parse.js";
import { withSinkProblems } from "../compose/configured.js";
import { composeProgram } from "../compose/program.js";
import type { Program } from "../compose/program.js";
import { proxySettings, useProxy } from "../io/proxy.js";
import { requireVerification, trustAuthorities } from "../io/tls.js";
import { DaybookError } from "../model/errors.js";
import type { CommonOptions, Surroundings } from "./command.js";
import { inFormat, logSettings } from "./log-settings.js";

/** Loads the configuration that the options name and composes the tenants that they name. Touches neither archive nor network. */
export async function openWorkspace(
  options: CommonOptions,
  surroundings: Surroundings,
  kind: "command" | "daemon" = "command",
): Promise<Program> {
  const { env, cwd, files, clock, http, redactor, stderr } = surroundings;
  const search = { env, cwd, ...(options.config === undefined ? {} : { config: options.config }) };
  const loaded = await loadWhole(search, files);
  await prepareNetwork(loaded, surroundings);
  const { level, format = kind === "daemon" ? "json" : "text" } = logSettings(options, env);
  // At a terminal the progress is shown, which log lines would interrupt.
  const isHidden = stderr.isTTY && level === undefined;
  const writeLog = (line: string): void =>
    isHidden ? undefined : stderr.write(kind === "daemon" ? line : inFormat(line, format));
  const outside = { clock, files, http, env, redactor, writeLog };
  const logLevel = level ?? (kind === "daemon" ? undefined : "warn");
  return composeProgram(
    { ...outside, ...(logLevel && { logLevel }) },
    loaded,
    wantedTenants(loaded, options),
  );
}

async function loadWhole(search: ConfigSearch, files: Surroundings["files"]): Promise<LoadedConfig> {
  try {
    return await loadConfig(search, files);
  } catch (error) {
    if (error instanceof OnlySinksValid) throw await withSinkProblems({ files }, error);
    throw error;
  }
}

async function prepareNetwork({ config }: LoadedConfig, { env, files }: Surroundings): Promise<void> {
  requireVerification(env);
  const proxy = proxySettings(env);
  if (proxy !== undefined) useProxy(proxy);
  const { ca } = config.tls;
  if (ca !== undefined) trustAuthorities(ca, await readAuthorities(ca, files));
}

/** The authorities that Debian trusts take a quarter of this. */
const MAX_AUTHORITIES_BYTES = 1 << 20;

async function readAuthorities(path: string, files: Surroundings["files"]): Promise<string> {
  try {
    const stat = await files.target(path);
    if (stat !== undefined) requireFile(path, stat);
    return new TextDecoder().decode(await files.read(path, MAX_AUTHORITIES_BYTES));
  } catch (cause) {
    throw new DaybookError("CONFIG_INVALID", {
      message: `tls.ca: ${path} cannot be read, expected certificates of authorities in PEM`,
      hint: "name the file with your organisation's root certificate, and let Daybook's user read it",
      cause,
    });
  }
}

function wantedTenants({ config }: LoadedConfig, { tenant }: CommonOptions): (name: string) => boolean {
  const names = Object.keys(config.tenants);
  if (tenant === undefined || names.includes(tenant))
    return (name) => tenant === undefined || name === tenant;
  throw new DaybookError("USAGE", {
    message: `--tenant: expected one of ${names.join(", ")}, found "${tenant}"`,
  });
}
