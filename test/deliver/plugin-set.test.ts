import { mkdir, mkdtemp, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { PluginSet } from "../../src/deliver/plugin-set.js";
import type { SinkSpec } from "../../src/deliver/plugin-set.js";
import { nodeFiles } from "../../src/io/node-files.js";
import { testHost } from "../support/plugin-host.js";

const never = new AbortController().signal;

let folder: string;

/** A sink that asks its host for the store that its options name. */
const NESTING_SINK = `
const stores = [];
export default {
  name: "nesting", kind: "sink", apiVersion: 1,
  options: { _zod: {}, safeParse: (data) => ({ success: true, data }) },
  open: (options, host) => {
    stores.push(host.openStore(options.to));
    if (!Object.isFrozen(host)) throw new Error("the host can be changed");
    return { check: (signal) => stores.at(-1).check(signal) };
  },
};`;

beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), "daybook-plugins-"));
  await writeFile(join(folder, "nesting.mjs"), NESTING_SINK);
  const own = join(folder, "node_modules", "daybook-tape");
  await mkdir(own, { recursive: true });
  await writeFile(
    join(own, "package.json"),
    JSON.stringify({
      name: "daybook-tape",
      type: "module",
      exports: { ".": "./tape.js", "./extra": "./extra.js" },
    }),
  );
  const text = (name: string): string => NESTING_SINK.replace('"nesting"', `"${name}"`);
  await writeFile(join(own, "tape.js"), text("tape"));
  await writeFile(join(own, "extra.js"), text("extra"));
  const scoped = join(folder, "node_modules", "@contoso", "vault");
  await mkdir(scoped, { recursive: true });
  await writeFile(
    join(scoped, "package.json"),
    JSON.stringify({ name: "@contoso/vault", main: "index.mjs" }),
  );
  await writeFile(join(scoped, "index.mjs"), text("vault"));
});

afterAll(() => rm(folder, { recursive: true }));

function load(sinks: Readonly<Record<string, SinkSpec>>): Promise<PluginSet> {
  return PluginSet.load(sinks, { files: nodeFiles, configFolder: folder });
}

function settings(): Parameters<PluginSet["open"]>[3] {
  return testHost();
}

describe("the plugins of a configuration", () => {
  it("are those that it names, and no other", async () => {
    const set = await load({ vault: { use: "local-files" } });

    expect(set.plugin("local-files")).toMatchObject({ name: "local-files", kind: "store" });
    expect(() => set.plugin("s3")).toThrow(expect.objectContaining({ code: "PLUGIN_INVALID" }));
  });

  it("say why one cannot be loaded once it is asked for, so that the others are checked all the same", async () => {
    const set = await load({ cold: { use: "./absent.mjs" }, vault: { use: "local-files" } });

    expect(set.plugin("local-files").kind).toBe("store");
    expect(() => set.plugin("./absent.mjs")).toThrow(expect.objectContaining({ code: "PLUGIN_INVALID" }));
  });

  it.each([
    ["daybook-tape", "tape"],
    ["daybook-tape/extra", "extra"],
    ["@contoso/vault", "vault"],
  ])("may be a package installed beside the configuration: %s", async (use, name) => {
    expect((await load({ cold: { use } })).plugin(use)).toMatchObject({ name, kind: "sink" });
  });

  it("may not be a file that a package does not export, or lie in another folder's packages", async () => {
    for (const use of ["daybook-tape/package.json", "daybook-tape/../@contoso/vault", "vitest-of-nobody"]) {
      const set = await load({ cold: { use } });
      expect(() => set.plugin(use), `use ${use}`).toThrow(
        expect.objectContaining({ code: "PLUGIN_INVALID" }),
      );
    }
  });
});

describe("opening a sink", () => {
  it("gives a store, guarded: its keys are checked before the plugin sees them (fault 82)", async () => {
    const set = await load({ vault: { use: "local-files" } });
    const options = set.plugin("local-files").options.parse({ path: join(folder, "vault") });

    const opened = set.open("vault", "local-files", options, settings());

    if (opened.kind !== "store") throw new Error(opened.kind);
    expect(opened.name).toBe("vault");
    await expect(opened.store.stat("../x", never)).rejects.toMatchObject({ code: "SINK_REFUSED" });
  });

  it("lends it a store of its own options, loaded with it, and a host that it cannot change", async () => {
    const to = { use: "local-files", path: join(folder, "lake") };
    const set = await load({ lake: { use: "./nesting.mjs", to } });

    const opened = set.open("lake", "./nesting.mjs", { to }, settings());

    if (opened.kind !== "sink") throw new Error(opened.kind);
    await opened.sink.check(never);
    expect(await nodeFiles.stat(join(folder, "lake"))).toMatchObject({ kind: "folder" });
  });

  it.each([
    ["is no mapping with `use`", { path: "/x" }],
    ["breaks the store's own rules", { use: "local-files", path: "relative", nonsense: 1 }],
    ["is a sink", { use: "./nesting.mjs" }],
  ])("fails when the store that it names %s", async (_, to) => {
    const set = await load({
      lake: { use: "./nesting.mjs", to },
      vault: { use: "local-files", path: folder },
    });

    expect(() => set.open("lake", "./nesting.mjs", { to }, settings())).toThrow(
      expect.objectContaining({ code: "CONFIG_INVALID" }),
    );
  });

  it("fails when the store that it names was not in the configuration that was loaded", async () => {
    const set = await load({ lake: { use: "./nesting.mjs" } });
    const to = { use: "local-files", path: folder };

    expect(() => set.open("lake", "./nesting.mjs", { to }, settings())).toThrow(
      expect.objectContaining({ code: "PLUGIN_INVALID" }),
    );
  });
});
