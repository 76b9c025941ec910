import { join, resolve } from "node:path";
import type { FileStat, Files } from "../io/files.js";
import { DaybookError, isDaybookError } from "../model/errors.js";

/** Where to search for a configuration. `env` and `cwd` are the process's. */
export interface ConfigSearch {
  /** `--config` */
  readonly config?: string;
  readonly env: Readonly<Record<string, string | undefined>>;
  readonly cwd: string;
}

export const SYSTEM_CONFIG = "/etc/daybook/daybook.yaml";
export const MAX_CONFIG_BYTES = 1 << 20;
const WRITABLE_BY_OTHERS = 0o022;

/** The file that is read: throws CONFIG_NOT_FOUND or SECRET_EXPOSED. */
export async function findConfig({ config, env, cwd }: ConfigSearch, files: Files): Promise<string> {
  const named = config ?? (env["DAYBOOK_CONFIG"] || undefined);
  const places = named === undefined ? [join(cwd, "daybook.yaml"), SYSTEM_CONFIG] : [resolve(cwd, named)];
  for (const place of places) {
    const stat = await targetOf(place, named === undefined, files);
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

/** What is at `place`; a place that nobody named may lie in a folder that this user may not enter. */
async function targetOf(place: string, isSearched: boolean, files: Files): Promise<FileStat | undefined> {
  try {
    return await files.target(place);
  } catch (cause) {
    if (!isSearched || !isDaybookError(cause, "DISK_DENIED")) throw cause;
    // `sudo -u daybook` stays in the folder of the person who typed it, which is often closed to others.
    if (place !== SYSTEM_CONFIG) return undefined;
    throw new DaybookError("DISK_DENIED", {
      message: `${place}: found a configuration that this user may not read`,
      hint: "type the command as the service's user: sudo -u daybook daybook …",
      cause,
    });
  }
}

/** CONFIG_INVALID for what is no file. A pipe would wait for a writer, a device may have no end, and nothing could stop that. */
export function requireFile(path: string, { kind }: FileStat): void {
  if (kind === "file") return;
  const found = kind === "folder" ? "a folder" : "a pipe, socket or device";
  throw new DaybookError("CONFIG_INVALID", { message: `${path}: found ${found}, expected a file` });
}

function checkKind(path: string, stat: FileStat): void {
  requireFile(path, stat);
  const { bytes } = stat;
  if (bytes <= MAX_CONFIG_BYTES) return;
  throw new DaybookError("CONFIG_INVALID", {
    message: `${path}: found ${bytes} bytes, expected a configuration of at most ${MAX_CONFIG_BYTES}`,
  });
}
