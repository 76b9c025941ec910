import { createHash } from "node:crypto";
import { dirname, join } from "node:path";
import type { Files } from "../io/files.js";
import { DaybookError, isDaybookError } from "../model/errors.js";
import { withOverrides } from "./environment.js";
import { MAX_CONFIG_BYTES, SYSTEM_CONFIG, findConfig } from "./find-config.js";
import type { ConfigSearch } from "./find-config.js";
import { parseConfig } from "./parse.js";
import type { ParsedConfig } from "./parse.js";

export interface LoadedConfig extends ParsedConfig {
  /** The file, absolute. */
  readonly path: string;
  /** Of the file's bytes, lower-case hex; manifests carry it. */
  readonly sha256: string;
}

/** StateDirectory= of systemd/daybook.service. */
const SYSTEM_STATE = "/var/lib/daybook";

/**
 * Reads `--config`, else $DAYBOOK_CONFIG, else ./daybook.yaml, else /etc/daybook/daybook.yaml. Throws CONFIG_NOT_FOUND,
 * SECRET_EXPOSED when others may write the file (fault 85), or a ConfigInvalid with every problem at once.
 */
export async function loadConfig(search: ConfigSearch, files: Files): Promise<LoadedConfig> {
  const path = await findConfig(search, files);
  const bytes = await readConfig(path, files);
  const parsed = parseConfig(bytes, {
    file: path,
    folder: dirname(path),
    stateDir: defaultStateDir(search, path),
    env: search.env,
  });
  const config = withOverrides(parsed.config, search.env, search.cwd);
  return { ...parsed, config, path, sha256: createHash("sha256").update(bytes).digest("hex") };
}

async function readConfig(path: string, files: Files): Promise<Uint8Array> {
  try {
    return await files.read(path, MAX_CONFIG_BYTES);
  } catch (cause) {
    if (!isDaybookError(cause, "DISK_DENIED")) throw cause;
    // CONFIG_INVALID, because systemd would restart the daemon after a disk error.
    throw new DaybookError("CONFIG_INVALID", {
      message: `${path}: found a file that may not be read, expected one that Daybook's user may read`,
      hint: `chgrp daybook ${path} && chmod 640 ${path}`,
      cause,
    });
  }
}

function defaultStateDir({ env, cwd }: ConfigSearch, path: string): string {
  // systemd gives a colon-separated list where a unit has several.
  const given = env["STATE_DIRECTORY"]?.split(":")[0];
  if (given !== undefined && given !== "") return given;
  // A command that somebody types must use the service's own state.
  return path === SYSTEM_CONFIG ? SYSTEM_STATE : join(cwd, "daybook-state");
}
