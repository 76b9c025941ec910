import { mkdir, readFile, rm, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { recordLines } from "daybook/plugin/contract";
import { describe, expect, it } from "vitest";
import { folderSource } from "../../src/archive/folder-source.js";
import { storeSource } from "../../src/archive/source.js";
import type { ArchiveSource } from "../../src/archive/source.js";
import { pruneDelivered } from "../../src/deliver/prune.js";
import { isKnownFailure, pendingFor } from "../../src/deliver/sink-queue.js";
import { nodeFiles } from "../../src/io/node-files.js";
import { DaybookError } from "../../src/model/errors.js";
import { packagePath } from "../../src/model/manifest.js";
import { codesOf, day, useDeliveryRig } from "../support/delivery-rig.js";
import { writeState } from "../support/sealed-package.js";

const { signal } = new AbortController();
const rig = useDeliveryRig();

const pendingNames = (kind: "record" | "view"): readonly string[] =>
  pendingFor({ kind, name: "any", isExpired: () => false }, rig.index()).map(
    (sealed) => `${sealed.day} ${sealed.revision}`,
  );

describe("a record sink", () => {
  it("holds every file of the package and of the ledger, byte for byte", async () => {
    const sealed = await rig.seal("2026-11-20");
    const vault = rig.record("vault");
    await rig.deliver([vault]);
    await vault.sink.syncLedger(signal);

    const state = await nodeFiles.list(join(rig.root, packagePath(sealed.day, 1)));
    for (const path of [
      ...state.map((name) => `${packagePath(sealed.day, 1)}/${name}`),
      "archive.json",
      "head",
      "heads/000000003",
      "ledger/000/000000002.json",
      "keys/0a1b2c3d.pem",
    ]) {
      expect(await readFile(join(rig.folder, "vault/contoso", path))).toEqual(
        await readFile(join(rig.root, path)),
      );
    }
  });

  it("goes on with the ledger where it stopped, in the same process and in a new one", async () => {
    const vault = rig.record("vault");
    await vault.sink.syncLedger(signal);
    await writeState(rig.root, 5);
    await vault.sink.syncLedger(signal);
    await writeState(rig.root, 6);
    await rig.record("vault").sink.syncLedger(signal);

    expect(await nodeFiles.list(join(rig.folder, "vault/contoso/ledger/000"))).toHaveLength(6);
    expect(await nodeFiles.list(join(rig.folder, "vault/contoso/heads"))).toHaveLength(6);
    expect(await readFile(join(rig.folder, "vault/contoso/head"), "utf8")).toBe("head 6\n");
  });

  it("finds that the store holds more entries than the state folder", async () => {
    await writeState(rig.root, 5);
    await rig.record("vault").sink.syncLedger(signal);
    await rm(join(rig.root, "ledger/000/000000004.json"));

    await expect(rig.record("vault").sink.syncLedger(signal)).rejects.toMatchObject({
      code: "ARCHIVE_FORKED",
    });
  });

  it("does not deliver a package whose manifest is not the one of the ledger", async () => {
    const sealed = await rig.seal("2026-11-20");
    rig.acts = [{ type: "day-sealed", day: sealed.day, revision: 1, manifest_sha256: "0".repeat(64) }];

    expect(codesOf(await rig.deliver([rig.record("vault")]))).toEqual(["vault 2026-11-20 ARCHIVE_DAMAGED"]);
  });
});

describe("a queue", () => {
  it("delivers oldest first, every revision to a record sink and the newest to a view", async () => {
    await rig.seal("2026-11-20");
    await rig.seal("2026-11-18");
    await rig.seal("2026-11-20", 2, 7);

    expect(pendingNames("record")).toEqual(["2026-11-18 1", "2026-11-20 1", "2026-11-20 2"]);
    expect(pendingNames("view")).toEqual(["2026-11-18 1", "2026-11-20 2"]);
  });

  it("delivers nothing twice and knows it from the ledger alone", async () => {
    await rig.seal("2026-11-20");
    await rig.deliver([rig.record("vault"), rig.view("lines")]);

    expect(await rig.deliver([rig.record("vault"), rig.view("lines")])).toEqual([]);
  });

  it("lets a sink that is down hold back itself alone, with one entry for all its days (fault 77)", async () => {
    await rig.seal("2026-11-18");
    await rig.seal("2026-11-19");
    const down = rig.view("down", {
      write: () => Promise.reject(new DaybookError("SINK_UNAVAILABLE", { message: "down" })),
    });

    const outcomes = await rig.deliver([down, rig.record("vault"), rig.view("lines")]);
    expect(codesOf(outcomes).toSorted()).toEqual([
      "down 2026-11-18 SINK_UNAVAILABLE",
      "lines 2026-11-18 ok",
      "lines 2026-11-19 ok",
      "vault 2026-11-18 ok",
      "vault 2026-11-19 ok",
    ]);
    const [again] = await rig.deliver([rig.view("other"), down].slice(1));
    expect(again !== undefined && isKnownFailure(again, rig.index())).toBe(true);
    expect(codesOf(await rig.deliver([rig.view("down")]))).toEqual([
      "down 2026-11-18 ok",
      "down 2026-11-19 ok",
    ]);
  });

  it("ends at another package in a record sink: it may be a second writer's, at work on the next day", async () => {
    await rig.seal("2026-11-18");
    await rig.seal("2026-11-19");
    const taken = join(rig.folder, "vault/contoso", packagePath(day("2026-11-18"), 1));
    await mkdir(taken, { recursive: true });
    await writeFile(join(taken, "manifest.json"), "another writer's");

    expect(codesOf(await rig.deliver([rig.record("vault")]))).toEqual(["vault 2026-11-18 SINK_CONFLICT"]);
    expect(
      await nodeFiles.list(join(rig.folder, "vault/contoso", packagePath(day("2026-11-19"), 1))),
    ).toEqual([]);
  });

  it("goes on after a day that a view refuses: nobody else writes there", async () => {
    await rig.seal("2026-11-18");
    await rig.seal("2026-11-19");
    const newer = rig.view("lines");
    const refusing = rig.view("lines", {
      write: (batch, inner) =>
        batch.day === "2026-11-18"
          ? Promise.reject(new DaybookError("SINK_CONFLICT", { message: "a newer revision" }))
          : newer.sink.write(batch, inner),
    });

    expect(codesOf(await rig.deliver([refusing]))).toEqual([
      "lines 2026-11-18 SINK_CONFLICT",
      "lines 2026-11-19 ok",
    ]);
  });

  it("passes over a day that is at fault itself", async () => {
    await rig.seal("2026-11-18");
    await rig.seal("2026-11-19");
    await rm(join(rig.root, packagePath(day("2026-11-18"), 1), "events.ndjson.zst"));

    expect(codesOf(await rig.deliver([rig.view("lines")]))).toEqual([
      "lines 2026-11-18 ARCHIVE_DAMAGED",
      "lines 2026-11-19 ok",
    ]);
  });

  it("fills a sink that is added later from a record sink, when the state folder has let go of the days", async () => {
    const sealed = await rig.seal("2026-11-20");
    const vault = rig.record("vault");
    await rig.deliver([vault]);
    const closed = { files: nodeFiles, root: rig.root, targets: [vault], isClosed: () => true };
    await nodeFiles.makeFolder(join(rig.root, "staging"));
    expect(await pruneDelivered(rig.index(), closed, signal)).toEqual([sealed]);

    const sources = [folderSource(nodeFiles, rig.root), storeSource(rig.storeAt("vault"), "contoso")];
    expect(codesOf(await rig.deliver([rig.view("lines"), rig.record("second")], sources)).toSorted()).toEqual(
      ["lines 2026-11-20 ok", "second 2026-11-20 ok"],
    );
  });
});

describe("a view sink", () => {
  it("is compared with what it was given, without decoding the day again", async () => {
    await rig.seal("2026-11-20");
    const state = folderSource(nodeFiles, rig.root);
    const opened: string[] = [];
    const counting: ArchiveSource = {
      get: async (path, inner) => {
        opened.push(path);
        return state.get(path, inner);
      },
      stat: (path, inner) => state.stat(path, inner),
      list: (prefix, inner) => state.list(prefix, inner),
    };

    expect(codesOf(await rig.deliver([rig.view("lines")], [counting]))).toEqual(["lines 2026-11-20 ok"]);
    expect(opened.filter((path) => path.endsWith("events.ndjson.zst"))).toHaveLength(1);
  });

  it.each([
    { what: "answers with another count", more: { write: async () => ({ records: 4, location: "x" }) } },
    {
      what: "says OK and holds nothing of the day (fault 73)",
      more: { write: async () => ({ records: 5, location: "x" }), async *read() {} },
    },
    {
      what: "holds other lines",
      more: {
        async *read() {
          yield* recordLines(5, day("2026-11-20"), 100);
        },
      },
    },
  ])("is not taken for delivered when it $what", async ({ more }) => {
    await rig.seal("2026-11-20");

    expect(codesOf(await rig.deliver([rig.view("lines", more)]))).toEqual(["lines 2026-11-20 SINK_MISMATCH"]);
  });
});
