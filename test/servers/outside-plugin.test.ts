import { execFile } from "node:child_process";
import { cp, mkdir, mkdtemp, rm, symlink, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { promisify } from "node:util";
import { afterAll, beforeAll, expect, it } from "vitest";

const REPOSITORY = join(import.meta.dirname, "../..");
const run = promisify(execFile);

let folder: string;

/** A built Daybook in one folder, and in another, with no package beside it, a configuration and its plugins. */
beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), "daybook-outside-"));
  const installed = join(folder, "installed");
  await mkdir(join(folder, "elsewhere"));
  await mkdir(installed);
  const tsc = join(REPOSITORY, "node_modules/typescript/bin/tsc");
  const options = ["-p", "tsconfig.build.json", "--outDir", join(installed, "dist")];
  await run(process.execPath, [tsc, ...options], { cwd: REPOSITORY });
  await cp(join(REPOSITORY, "package.json"), join(installed, "package.json"));
  await symlink(join(REPOSITORY, "node_modules"), join(installed, "node_modules"));
}, 120_000);

afterAll(() => rm(folder, { recursive: true, force: true }));

/** Loads the plugin as the built Daybook does, and answers with what `expression` says of it. */
async function ask(pluginText: string, expression: string): Promise<unknown> {
  await writeFile(join(folder, "elsewhere", "tape.mjs"), pluginText);
  const script = `
    import { loadPlugin } from "./dist/src/deliver/plugin-loading.js";
    import { nodeFiles } from "./dist/src/io/node-files.js";
    import { isDaybookError } from "./dist/src/model/errors.js";
    const configFolder = ${JSON.stringify(join(folder, "elsewhere"))};
    const plugin = await loadPlugin({ use: "./tape.mjs" }, { files: nodeFiles, configFolder }).catch((error) => error);
    console.log(JSON.stringify(await (async () => ${expression})()));`;
  const scriptPath = join(folder, "installed", "ask.mjs");
  await writeFile(scriptPath, script);
  const { stdout } = await run(process.execPath, [scriptPath], { cwd: join(folder, "elsewhere") });
  return JSON.parse(stdout);
}

const TAPE = `
  import { DaybookError, defineStore, z } from "daybook/plugin";
  export default defineStore({
    name: "tape", apiVersion: 1, options: z.strictObject({ drive: z.string() }),
    open: () => ({ check: async () => { throw new DaybookError("SINK_REFUSED", { message: "tape: no drive" }); } }),
  });`;

it("imports `daybook/plugin` from the Daybook that loads it, with no package of its own", async () => {
  const said = await ask(TAPE, "[plugin.name, plugin.kind, plugin.options.safeParse({ drive: 1 }).success]");

  expect(said).toEqual(["tape", "store", false]);
});

it("throws errors that are the running process's own", async () => {
  const said = await ask(
    TAPE,
    "plugin.open({}, {}).check().catch((error) => [isDaybookError(error, 'SINK_REFUSED'), error.kind])",
  );

  expect(said).toEqual([true, "outage"]);
});

it("is lent these names alone: nothing inside Daybook, and no package that it did not bring", async () => {
  for (const specifier of ["daybook", "daybook/dist/src/model/errors.js", "zod"]) {
    const said = await ask(`import ${JSON.stringify(specifier)}; export default {};`, "plugin.code");

    expect(said, `import of ${specifier}`).toBe("PLUGIN_INVALID");
  }
});
