import { createHash } from "node:crypto";
import { dirname, join, resolve } from "node:path";
import type { FileStat, Files } from "../io/files.js";
import { DaybookError, isDaybookError } from "../model/errors.js";
import { withOverrides } from "./environment.js";
import { parseConfig } from "./parse.js";
import type { ParsedConfig } from "./parse.js";

/** Where to search for a configuration. `env` and `cwd` are the process's. */
export interface ConfigSearch {
  /** `--config` */
  readonly config?: string;
  readonly env: Readonly<Record<string, string | undefined>>;
  readonly cwd: string;
}

export interface LoadedConfig extends ParsedConfig {
  /** The file, absolute. */
  readonly path: string;
  /** Of the file's bytes, lower-case hex; manifests carry it. */
  readonly sha256: string;
}

const SYSTEM_CONFIG = "/etc/daybook/daybook.yaml";
/** StateDirectory= of systemd/daybook.service. */
const SYSTEM_STATE = "/var/lib/daybook";
const MAX_BYTES = 1 << 20;
const WRITABLE_BY_OTHERS = 0o022;

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

/** The file that is read: throws CONFIG_NOT_FOUND or SECRET_EXPOSED. */
export async function findConfig({ config, env, cwd }: ConfigSearch, files: Files): Promise<string> {
  const named = config ?? (env["DAYBOOK_CONFIG"] || undefined);
  const places = named === undefined ? [join(cwd, "daybook.yaml"), SYSTEM_CONFIG] : [resolve(cwd, named)];
  for (const place of places) {
    const stat = await files.target(place);
    if (stat === undefined) continue;
    checkKind(place, stat);
    if ((stat.mode & WRITABLE_BY_OTHERS) === 0) return place;
    throw new DaybookError("SECRET_EXPOSED", {
      message: `${place}: mode of the configuration: found ${stat.mode.toString(8)}, expected no writing by group or others`,
      hint: `chmod go-w ${place}`,
    });
  }
  throw new DaybookError("CONFIG_NOT_FOUND", {
    message: `no configuration file: found none at ${places.join(" or ")}, expected one`,
    ...(named === undefined
      ? {}
      : { hint: `run \`daybook config init ${places.join("")}\`, and fill it in` }),
  });
}

// A pipe would wait for a writer, and nothing could stop that.
function checkKind(path: string, { kind, bytes }: FileStat): void {
  if (kind !== "file") {
    const found = kind === "folder" ? "a folder" : "a pipe, socket or device";
    throw new DaybookError("CONFIG_INVALID", { message: `${path}: found ${found}, expected a file` });
  }
  if (bytes <= MAX_BYTES) return;
  throw new DaybookError("CONFIG_INVALID", {
    message: `${path}: found ${bytes} bytes, expected a configuration of at most ${MAX_BYTES}`,
  });
}

async function readConfig(path: string, files: Files): Promise<Uint8Array> {
  try {
    return await files.read(path, MAX_BYTES);
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
