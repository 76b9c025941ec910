import { join } from "node:path";
import { expect, it } from "vitest";
import { z } from "zod";
import { filePath } from "../../src/config/schema/values.js";
import { checkSinkOptions } from "../../src/config/sink-options.js";
import type { SinkKind } from "../../src/config/sink-options.js";
import { PluginSet } from "../../src/deliver/plugin-set.js";
import { nodeFiles } from "../../src/io/node-files.js";
import { GOOD, load } from "./written.js";

const store: SinkKind = {
  kind: "store",
  options: z.strictObject({ path: filePath, levels: z.int().max(3).default(2) }),
};
const view: SinkKind = { kind: "sink", options: z.looseObject({}) };

it("gives each sink its own options, defaults filled in, paths absolute, frozen", async () => {
  const { config, source } = await load(GOOD);

  const options = checkSinkOptions(config, source, () => store).get("vault");

  expect(options).toEqual({ path: join(source.folder, "archive"), levels: 2 });
  expect(Object.isFrozen(options)).toBe(true);
});

it("tells the problems of every sink's options with line and column", async () => {
  const { config, source } = await load(
    `${GOOD}  second: { use: local-files, path: x, levels: 9, pth: y }\n`,
  );

  const check = () => checkSinkOptions(config, source, () => store);

  expect(check).toThrow(
    expect.objectContaining({
      code: "CONFIG_INVALID",
      problems: [
        expect.objectContaining({ line: 8, column: 48, path: "sinks.second.levels" }),
        expect.objectContaining({ line: 8, column: 51, path: "sinks.second.pth" }),
      ],
    }),
  );
});

it("tells an unknown plugin with line and column, beside the problems of the other sinks", async () => {
  const { config, source } = await load(
    `${GOOD}  second: { use: locl-files }\n  third: { use: local-files, pth: y }\n`,
  );
  const set = await PluginSet.load(config.sinks, { files: nodeFiles, configFolder: source.folder });

  expect(() => checkSinkOptions(config, source, (use) => set.plugin(use))).toThrow(
    expect.objectContaining({
      code: "CONFIG_INVALID",
      problems: [
        expect.objectContaining({
          line: 8,
          column: 18,
          path: "sinks.second.use",
          rule: expect.stringMatching(
            /^plugin locl-files: expected one of azure-blob, local-files, /,
          ) as unknown,
        }),
        expect.objectContaining({ line: 9, path: "sinks.third.path" }),
        expect.objectContaining({ line: 9, path: "sinks.third.pth" }),
      ],
    }),
  );
});

it("lets the path of a bundled sink start at the folder of the file", async () => {
  const { config, source } = await load(GOOD);
  const set = await PluginSet.load(config.sinks, { files: nodeFiles, configFolder: source.folder });

  const options = checkSinkOptions(config, source, (use) => set.plugin(use)).get("vault");

  expect(options).toMatchObject({ path: join(source.folder, "archive") });
});

it("refuses a configuration without a record sink", async () => {
  const { config, source } = await load(GOOD);

  expect(() => checkSinkOptions(config, source, () => view)).toThrow(
    expect.objectContaining({ problems: [expect.objectContaining({ path: "sinks" })] }),
  );
});

it("refuses a retention of its own for a record sink", async () => {
  const { config, source } = await load(GOOD.replace("path: archive", "path: archive, keep: 1y"));

  expect(() => checkSinkOptions(config, source, () => store)).toThrow(
    expect.objectContaining({ problems: [expect.objectContaining({ path: "sinks.vault.keep" })] }),
  );
});

const kindOf = (use: string): SinkKind =>
  use === "local-files" ? store : { kind: "sink", options: z.strictObject({ to: z.looseObject({}) }) };

it("checks a store within a sink by the store's own rules, with line and column, paths absolute", async () => {
  const good = await load(`${GOOD}  lake: { use: parquet, to: { use: local-files, path: x } }\n`);
  const bad = await load(`${GOOD}  lake: { use: parquet, to: { use: local-files, path: x, levels: 9 } }\n`);

  const options = checkSinkOptions(good.config, good.source, kindOf).get("lake");

  expect(options).toEqual({
    to: { use: "local-files", path: join(good.source.folder, "x"), levels: 2 },
  });
  expect(() => checkSinkOptions(bad.config, bad.source, kindOf)).toThrow(
    expect.objectContaining({
      problems: [expect.objectContaining({ line: 8, column: 66, path: "sinks.lake.to.levels" })],
    }),
  );
});

it("refuses a view sink as the store within a sink", async () => {
  const { config, source } = await load(`${GOOD}  lake: { use: parquet, to: { use: parquet } }\n`);

  expect(() => checkSinkOptions(config, source, kindOf)).toThrow(
    expect.objectContaining({ problems: [expect.objectContaining({ path: "sinks.lake.to.use" })] }),
  );
});

it("takes a path that a plugin describes in its own words for a path", async () => {
  const { config, source } = await load(GOOD);
  const described: SinkKind = {
    kind: "store",
    options: z.object({ path: filePath.meta({ description: "x" }) }),
  };

  const options = checkSinkOptions(config, source, () => described).get("vault");

  expect(options).toEqual({ path: join(source.folder, "archive") });
});
