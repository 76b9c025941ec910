import { dirname, resolve } from "node:path";
import { exampleYaml } from "../config/example.js";
import { DaybookError, isDaybookError } from "../model/errors.js";
import type { Command } from "./command.js";

export interface ConfigInitOptions {
  readonly arguments: readonly (string | undefined)[];
}

/** Writes the commented example as a first configuration. Never replaces a file. */
export const configInit: Command<ConfigInitOptions> = async ({ arguments: [file] }, { cwd, files }) => {
  const path = resolve(cwd, file ?? "daybook.yaml");
  try {
    await files.makeFolder(dirname(path), 0o755);
    // It holds no secret, and the daemon has to read it: in /etc/daybook, by its group.
    await files.writeNew(path, new TextEncoder().encode(exampleYaml()), 0o640);
  } catch (error) {
    if (!isDaybookError(error, "FILE_EXISTS")) throw error;
    throw new DaybookError("USAGE", {
      message: `${path}: found a file, expected none: a configuration is never overwritten`,
      hint: "name another file, or move that one away",
    });
  }
  const text = `${path} written; fill in tenantId, clientId and the credential, then run: daybook config check --config ${path}`;
  return { exit: 0, text, json: { path } };
};
