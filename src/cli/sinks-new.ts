import { isBuiltin } from "node:module";
import { basename, join, relative, resolve } from "node:path";
import { BUNDLED_PLUGINS } from "../deliver/bundled-plugins.js";
import { packageRoot } from "../io/package-files.js";
import { VERSION } from "../io/version.js";
import { DaybookError } from "../model/errors.js";
import type { Command } from "./command.js";

export interface SinksNewOptions {
  readonly arguments: readonly (string | undefined)[];
  readonly kind: string;
  readonly language: string;
}

/** The versions that Daybook's own tests run with. */
const TOOLS: Readonly<Record<string, string>> = {
  __NODE__: "^24.21.0",
  __TYPES__: "^24.19.2",
  __TYPESCRIPT__: "^7.0.2",
  __VITEST__: "^5.1.1",
};

/** Where the two languages differ beside their code. */
const LANGUAGES: Readonly<Record<string, Readonly<Record<string, string>>>> = {
  js: { __FILE__: "index.js", __TEST__: "the contract" },
  ts: { __FILE__: "dist/index.js", __TEST__: "compiles to dist/, then the contract" },
};

/** Writes a working package in a new folder; never over an existing one. */
export const sinksNew: Command<SinksNewOptions> = async (
  { arguments: [name = ""], kind, language },
  { cwd, files },
) => {
  requireUsable(name);
  const folder = resolve(cwd, name);
  if ((await files.stat(folder)) !== undefined) {
    throw new DaybookError("USAGE", {
      message: `${folder}: expected nothing there, found something: nothing is overwritten`,
    });
  }
  const values: Readonly<Record<string, string>> = {
    ...TOOLS,
    ...LANGUAGES[language],
    __NAME__: name,
    __VERSION__: `^${VERSION}`,
    __DAYBOOK__: relative(folder, packageRoot()),
  };
  await files.makeFolder(folder, 0o755);
  for (const path of templatesOf(kind, language)) {
    const bytes = await files.read(join(packageRoot(), "config", "new-sink", path));
    const text = new TextDecoder().decode(bytes).replaceAll(/__[A-Z]+__/g, (place) => values[place] ?? place);
    const file = join(folder, basename(path).replace(/\.txt$/, ""));
    await files.writeNew(file, new TextEncoder().encode(text), 0o644);
  }
  return {
    exit: 0,
    text: `${folder} written: a ${kind} that works and passes its contract; next: cd ${name} && npm install && npm test`,
    json: { format: "daybook.new-sink/1", folder, name, kind, language },
  };
};

/** With `.txt` where the name alone would mean something to a tool in Daybook's own folder. */
function templatesOf(kind: string, language: string): readonly string[] {
  return [
    ".npmrc.txt",
    `${language}/package.json.txt`,
    ...(language === "ts" ? ["ts/tsconfig.json.txt"] : []),
    `${kind}/README.md`,
    `${kind}/index.${language}`,
    `${kind}/index.test.${language}`,
  ];
}

/** USAGE for a name that npm, YAML or the configuration would take for something else. */
function requireUsable(name: string): void {
  if (!/^[a-z][a-z0-9-]{0,39}$/.test(name)) {
    throw new DaybookError("USAGE", {
      message: `NAME: expected a lower-case letter, then at most 39 of a-z, 0-9 and -, found "${name}"`,
    });
  }
  const owner = ownerOf(name);
  if (owner === undefined) return;
  throw new DaybookError("USAGE", {
    message: `NAME: expected a free name, found "${name}": ${owner}`,
    hint: `choose another, such as our-${name}`,
  });
}

function ownerOf(name: string): string | undefined {
  if (Object.hasOwn(BUNDLED_PLUGINS, name)) return "it is the name of a bundled sink";
  if (isBuiltin(name)) return "it is the name of a module of Node.js, and npm publishes no such package";
  if (["daybook", "node", "typescript", "vitest"].includes(name))
    return "it is the name of a package that the new one installs";
  if (["false", "null", "true"].includes(name)) return "YAML reads it as a value";
  return undefined;
}
