import { join, relative, resolve } from "node:path";
import { packageRoot } from "../io/package-files.js";
import { VERSION } from "../io/version.js";
import { DaybookError } from "../model/errors.js";
import type { Command } from "./command.js";

export interface SinksNewOptions {
  readonly arguments: readonly (string | undefined)[];
  readonly kind: string;
}

/** The versions that Daybook's own tests run with. */
const VITEST_VERSION = "^5.1.1";
const NODE_VERSION = "^24.21.0";
const TEMPLATE_FILES = ["README.md", "index.js", "index.test.js", "package.json.txt"];

/** Writes a working package in a new folder; never over an existing one. */
export const sinksNew: Command<SinksNewOptions> = async (
  { arguments: [name = ""], kind },
  { cwd, files },
) => {
  if (!/^[a-z][a-z0-9-]{0,39}$/.test(name)) {
    throw new DaybookError("USAGE", {
      message: `NAME: expected a lower-case letter, then at most 39 of a-z, 0-9 and -, found "${name}"`,
    });
  }
  const folder = resolve(cwd, name);
  if ((await files.stat(folder)) !== undefined) {
    throw new DaybookError("USAGE", {
      message: `${folder}: expected nothing there, found something: nothing is overwritten`,
    });
  }
  const values: Readonly<Record<string, string>> = {
    __NAME__: name,
    __CLASS__: className(name),
    __VERSION__: `^${VERSION}`,
    __VITEST__: VITEST_VERSION,
    __NODE__: NODE_VERSION,
    __DAYBOOK__: relative(folder, packageRoot()),
  };
  await files.makeFolder(folder, 0o755);
  for (const file of TEMPLATE_FILES) {
    const bytes = await files.read(join(packageRoot(), "config", "new-sink", kind, file));
    const text = new TextDecoder().decode(bytes).replaceAll(/__[A-Z]+__/g, (place) => values[place] ?? place);
    await files.writeNew(join(folder, file.replace(".txt", "")), new TextEncoder().encode(text), 0o644);
  }
  return {
    exit: 0,
    text: `${folder} written: a ${kind} that works and passes its contract; next: cd ${name} && npm install && npm test`,
    json: { format: "daybook.new-sink/1", folder, name, kind },
  };
};

/** `our-tape` as a class: `OurTape`. */
function className(name: string): string {
  return name
    .split("-")
    .map((word) => word.charAt(0).toUpperCase() + word.slice(1))
    .join("");
}
