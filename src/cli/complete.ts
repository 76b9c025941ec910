import { parse } from "yaml";
import { findConfig } from "../config/find-config.js";
import { isDaybookError } from "../model/errors.js";
import { REPORT_NAMES } from "../query/report-names.js";
import type { Command, Surroundings } from "./command.js";
import { COMMANDS } from "./commands.js";
import { offerFor } from "./completion.js";
import type { Names } from "./completion.js";
import { EXIT } from "./exit-codes.js";

const MAX_BYTES = 1 << 20;

/** For a shell, while somebody types: what may stand in place of the last word, a line each; `:files` for a file's name. */
export const complete: Command<{ readonly arguments: readonly [readonly string[]] }> = async (
  { arguments: [words] },
  surroundings,
) => {
  const offer = offerFor(COMMANDS, words, await namesOf(words, surroundings));
  return { exit: EXIT.ok, text: offer === "files" ? ":files" : offer.words.join("\n"), json: undefined };
};

/** Whatever can be read of the configuration: the file may be half written, and nobody looks at errors here. */
async function namesOf(
  words: readonly string[],
  { env, cwd, files }: Pick<Surroundings, "env" | "cwd" | "files">,
): Promise<Names> {
  const fixed = {
    shell: ["bash", "zsh", "fish"],
    report: [...REPORT_NAMES, "all"],
    day: ["today", "yesterday"],
  };
  const at = words.findIndex((word) => word === "-c" || word === "--config");
  const config = at === -1 ? undefined : words[at + 1];
  try {
    const path = await findConfig({ env, cwd, ...(config === undefined ? {} : { config }) }, files);
    const value: unknown = parse(new TextDecoder().decode(await files.read(path, MAX_BYTES)), {
      logLevel: "silent",
    });
    const keys = (name: string): readonly string[] => Object.keys(objectAt(value, name));
    return {
      ...fixed,
      tenant: keys("tenants"),
      sink: keys("sinks"),
      receiver: keys("alerts"),
      role: keys("people"),
    };
  } catch (error) {
    if (isDaybookError(error) || (error instanceof Error && error.name === "YAMLParseError")) return fixed;
    throw error;
  }
}

function objectAt(value: unknown, name: string): object {
  const found: unknown = isObject(value) ? Reflect.get(value, name) : undefined;
  return isObject(found) ? found : {};
}

function isObject(value: unknown): value is object {
  return typeof value === "object" && value !== null && !Array.isArray(value);
}
