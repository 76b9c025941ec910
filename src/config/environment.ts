import { resolve } from "node:path";
import { DaybookError } from "../model/errors.js";
import { deepFreeze } from "./deep-readonly.js";
import { serveSchema } from "./schema.js";
import type { Config } from "./schema.js";

export type Environment = Readonly<Record<string, string | undefined>>;

/** Every variable of Daybook's own, with its meaning: docs/CONFIG.md lists them. */
export const VARIABLES = {
  DAYBOOK_CONFIG: "The configuration file, where `--config` names none.",
  DAYBOOK_STATE_DIR: "In place of `stateDir`. A relative path starts at the working folder.",
  DAYBOOK_SERVE_LISTEN: "In place of `serve.listen`; turns `serve` on. In a container: `0.0.0.0:9464`.",
  DAYBOOK_LOG_LEVEL: "In place of `log.level`: `debug`, `info`, `warn` or `error`. `--log-level` wins.",
  DAYBOOK_LOG_FORMAT: "`json` or `text`. `--log-format` wins.",
  DAYBOOK_DEBUG: "Set to anything: errors come with their stack trace.",
} as const;

/** The configuration with what the environment puts in place of the file's values. */
export function withOverrides(config: Config, env: Environment, cwd: string): Config {
  const stateDir = env["DAYBOOK_STATE_DIR"] || undefined;
  const address = env["DAYBOOK_SERVE_LISTEN"] || undefined;
  return deepFreeze({
    ...config,
    ...(stateDir === undefined ? {} : { stateDir: resolve(cwd, stateDir) }),
    ...(address === undefined
      ? {}
      : { serve: { ...serveAt(address), ...config.serve, ...listenAt(address) } }),
  });
}

function listenAt(address: string): Pick<NonNullable<Config["serve"]>, "listen"> {
  return { listen: serveAt(address).listen };
}

function serveAt(address: string): NonNullable<Config["serve"]> {
  const parsed = serveSchema.safeParse({ listen: address });
  if (parsed.success) return parsed.data;
  const [issue] = parsed.error.issues;
  throw new DaybookError("CONFIG_INVALID", {
    message: `$DAYBOOK_SERVE_LISTEN: ${issue?.message ?? "must be an address and a port"}; found "${address}"`,
    hint: "set an address and a port, such as 0.0.0.0:9464, or unset the variable",
  });
}
