import { mkdtemp, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { batchOf, recordLines } from "daybook/plugin/contract";
import { afterEach, beforeEach, describe, expect, it } from "vitest";
import localFiles from "../../plugins/local-files/index.js";
import { loadPlugin } from "../../src/deliver/plugin-loading.js";
import { guardSink, guardStore } from "../../src/deliver/sink-guard.js";
import { systemClock } from "../../src/io/clock.js";
import { nodeFiles } from "../../src/io/node-files.js";
import { DaybookError } from "../../src/model/errors.js";
import { folderSource } from "../../src/archive/folder-source.js";
import { RecordSink } from "../../src/deliver/record-sink.js";
import type { Body, ObjectStore, Sink } from "../../src/plugin/types.js";
import { silentLog, testHost } from "../support/plugin-host.js";
import { STATE_KEYS, writePackage, writeState } from "../support/sealed-package.js";

const signal = new AbortController().signal;
const DAY = batchOf([]).day;
const guard = { name: "vault", clock: { ...systemClock, sleep: async () => {} }, log: silentLog };
let folder: string;

beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), "daybook-sink-faults-"));
});
afterEach(() => rm(folder, { recursive: true }));

function storeWith(more: (store: ObjectStore) => Partial<ObjectStore>): ObjectStore {
  const store = localFiles.open(
    localFiles.options.parse({ path: join(folder, "vault"), reserve: "0" }),
    testHost(),
  );
  return {
    check: (inner) => store.check(inner),
    putNew: (key, body, expected, inner) => store.putNew(key, body, expected, inner),
    replace: (key, body, expected, inner) => store.replace(key, body, expected, inner),
    get: (key, inner) => store.get(key, inner),
    stat: (key, inner) => store.stat(key, inner),
    list: (prefix, inner) => store.list(prefix, inner),
    remove: (key, inner) => store.remove(key, inner),
    close: () => store.close(),
    ...more(store),
  };
}

async function deliverTo(store: ObjectStore): Promise<unknown> {
  const root = join(folder, "state");
  await writeState(root, 1);
  const sealed = await writePackage(root, DAY, 1, recordLines(5));
  const archive = folderSource(nodeFiles, root);
  const sink = new RecordSink({
    name: "vault",
    store,
    tenant: "contoso",
    archive,
    ledgerSize: () => 1,
    keys: STATE_KEYS,
  });
  return sink.putPackage(sealed, archive, signal);
}

const refuse = (): never => {
  throw new Error("not in this test");
};

function sinkWith(write: Sink["write"]): Sink {
  return guardSink(
    { check: refuse, write, read: refuse, remove: refuse, close: async () => {} },
    { ...guard, deadlineMs: 2 },
  );
}

describe("a record sink", () => {
  it("takes a write whose answer was lost as done when it is tried again (fault 72)", async () => {
    const lost = new Set<string>();
    const store = storeWith((inner) => ({
      putNew: async (key, body: Body, expected, stop) => {
        const answer = await inner.putNew(key, body, expected, stop);
        if (lost.has(key)) return answer;
        lost.add(key);
        throw new DaybookError("SINK_UNAVAILABLE", { message: "the answer was lost" });
      },
    }));

    await deliverTo(guardStore(store, guard));
    expect(lost.size).toBe(4);
  });

  it("finds that a store said OK and has nothing, or has other bytes (fault 73)", async () => {
    const nothing = storeWith(() => ({ putNew: async () => "stored" }));
    const altered = storeWith((inner) => ({
      get: async () =>
        (async function* () {
          yield new Uint8Array(3);
        })(),
      stat: (key, stop) => inner.stat(key, stop),
    }));

    await expect(deliverTo(nothing)).rejects.toMatchObject({ code: "SINK_MISMATCH" });
    await expect(deliverTo(altered)).rejects.toMatchObject({ code: "SINK_MISMATCH" });
  });

  it("compares what stands under a name: same bytes are done, others a conflict (fault 74)", async () => {
    const store = storeWith(() => ({}));
    await deliverTo(store);
    await deliverTo(store);
    const path = join(folder, "vault/contoso/days/2026/11/20/r0001/SHA256SUMS");
    await rm(path);
    await writeFile(path, "other");

    await expect(deliverTo(store)).rejects.toMatchObject({ code: "SINK_CONFLICT" });
  });

  it("does not count a copy whose retention is shorter than the schedule (fault 75)", async () => {
    const short = storeWith((inner) => ({
      stat: async (key, stop) => {
        const found = await inner.stat(key, stop);
        return found === undefined ? undefined : { ...found, retainUntil: DAY };
      },
    }));

    await expect(deliverTo(short)).rejects.toMatchObject({ code: "SINK_MISMATCH" });
  });
});

describe("a plugin that misbehaves", () => {
  it("is cut off at its deadline when it never answers (fault 79)", async () => {
    const sink = sinkWith(() => new Promise(() => {}));

    await expect(sink.write(batchOf([]), signal)).rejects.toMatchObject({ code: "SINK_UNAVAILABLE" });
  });

  it.each([
    { what: "a text", thrown: "no" as unknown },
    { what: "nothing", thrown: undefined },
    { what: "an error of its own", thrown: new TypeError("x is not a function") },
  ])("is reported under its sink's name when it throws $what (fault 79)", async ({ thrown }) => {
    const sink = sinkWith(() => {
      throw thrown;
    });

    await expect(sink.write(batchOf([]), signal)).rejects.toMatchObject({
      code: "SINK_UNAVAILABLE",
      retry: "never",
      message: expect.stringContaining("vault") as unknown,
    });
  });

  it("cannot change the batch (fault 79)", async () => {
    const sink = sinkWith(async (batch) => {
      expect(Reflect.set(batch, "records", 17)).toBe(false);
      return { records: 0, location: "x" };
    });

    await sink.write({ ...batchOf([]) }, signal);
  });

  it("is stopped by the signal although it ignores it (fault 79)", async () => {
    const stop = new AbortController();
    const store = guardStore(
      storeWith(() => ({ stat: () => new Promise(() => {}) })),
      guard,
    );
    const call = store.stat("a", stop.signal);
    stop.abort(new DaybookError("INTERRUPTED", { message: "stopped" }));

    await expect(call).rejects.toMatchObject({ code: "INTERRUPTED" });
  });

  it.each(["../etc/passwd", "a/../b", "/a", "a//b", "a\0b", "", "a/é", "x".repeat(300)])(
    "is never asked for the key %j (fault 82)",
    async (key) => {
      const store = guardStore(
        storeWith(() => ({})),
        guard,
      );

      await expect(store.stat(key, signal)).rejects.toMatchObject({ code: "SINK_REFUSED" });
    },
  );
});

const pluginText = (version: number): string =>
  `export default { name: "x", kind: "store", apiVersion: ${version}, options: { _zod: {}, safeParse: () => ({}) }, open: () => ({}) };`;

const load = (use: string, integrity?: string): Promise<unknown> =>
  loadPlugin({ use, integrity }, { files: nodeFiles, configFolder: folder });

describe("a plugin from outside", () => {
  it("is loaded from its path relative to the configuration", async () => {
    await writeFile(join(folder, "plugin-a.mjs"), pluginText(1));

    expect(await load("./plugin-a.mjs")).toMatchObject({ name: "x", kind: "store" });
  });

  it("is refused when its bytes are not the pinned ones (fault 87)", async () => {
    await writeFile(join(folder, "plugin-b.mjs"), pluginText(1));
    const digest = Buffer.from(await crypto.subtle.digest("SHA-256", Buffer.from(pluginText(1))));

    await expect(load("./plugin-b.mjs", `sha256-${"0".repeat(64)}`)).rejects.toMatchObject({
      code: "PLUGIN_INVALID",
    });
    await expect(load("./plugin-b.mjs", "md5-x")).rejects.toMatchObject({ code: "PLUGIN_INVALID" });
    expect(await load("./plugin-b.mjs", `sha256-${digest.toString("hex")}`)).toMatchObject({ name: "x" });
    expect(await load("./plugin-b.mjs", `sha256-${digest.toString("base64")}`)).toMatchObject({ name: "x" });
  });

  it.each([
    "node:fs",
    "data:text/javascript,export default {}",
    "https://x/y.js",
    "no-such-package",
    "./absent.mjs",
    "Local-Files",
    "",
  ])("is not searched for or fetched: %j (fault 87)", async (use) => {
    await expect(load(use)).rejects.toMatchObject({ code: "PLUGIN_INVALID" });
  });

  it("is refused when it is made for another API version (fault 88)", async () => {
    await writeFile(join(folder, "plugin-c.mjs"), pluginText(2));

    await expect(load("./plugin-c.mjs")).rejects.toMatchObject({ code: "PLUGIN_INVALID" });
  });

  it.each([
    ["has no default export", "export const x = 1;"],
    ["is no plugin", "export default { apiVersion: 1 };"],
    ["has no options schema", 'export default { name: "x", kind: "sink", apiVersion: 1, open: () => ({}) };'],
    [
      "has a schema of another library",
      'export default { name: "x", kind: "sink", apiVersion: 1, options: { safeParse: () => ({}) }, open: () => ({}) };',
    ],
    ["throws while it is imported", 'throw new Error("no");'],
    ["is no JavaScript", "%%%"],
  ])("is refused when it %s (fault 88)", async (what, text) => {
    const name = `./plugin-${what.replaceAll(" ", "-")}.mjs`;
    await writeFile(join(folder, name), text);

    await expect(load(name)).rejects.toMatchObject({ code: "PLUGIN_INVALID" });
  });
});
