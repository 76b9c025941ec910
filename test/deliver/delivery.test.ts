import { readdirSync } from "node:fs";
import { chmod, mkdtemp, readFile, rm, stat, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { recordLines } from "daybook/plugin/contract";
import { afterEach, beforeEach, describe, expect, it } from "vitest";
import localFiles from "../../plugins/local-files/index.js";
import { actOf } from "../../src/deliver/deliver-day.js";
import type { Outcome, Target } from "../../src/deliver/deliver-day.js";
import { pruneDelivered } from "../../src/deliver/prune.js";
import { deliverPending, isKnownFailure, pendingFor } from "../../src/deliver/sink-queue.js";
import { nodeFiles } from "../../src/io/node-files.js";
import { indexDays } from "../support/indexed.js";
import { DaybookError } from "../../src/model/errors.js";
import type { Act } from "../../src/model/ledger-entry.js";
import { packagePath } from "../../src/model/manifest.js";
import { parseUtcDay } from "../../src/model/utc-day.js";
import type { UtcDay } from "../../src/model/utc-day.js";
import { folderSource, storeSource } from "../../src/archive/source.js";
import { RecordSink } from "../../src/deliver/record-sink.js";
import type { SealedDay } from "../../src/archive/sealed-package.js";
import type { ObjectStore, Sink } from "../../src/plugin/types.js";
import minimalSink from "../fixtures/minimal-sink/index.js";
import { testHost } from "../support/plugin-host.js";
import { writePackage, writeState } from "../support/sealed-package.js";

const signal = new AbortController().signal;
let folder: string;
let root: string;
let acts: Act[];

beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), "daybook-delivery-"));
  root = join(folder, "state/contoso");
  acts = [];
  await writeState(root, 3);
});
afterEach(() => rm(folder, { recursive: true }));

function day(text: string): UtcDay {
  const found = parseUtcDay(text);
  if (found === undefined) throw new Error(text);
  return found;
}

async function seal(text: string, revision = 1, count = 5): Promise<SealedDay> {
  const sealed = await writePackage(root, day(text), revision, recordLines(count, day(text)));
  acts.push({ type: "day-sealed", day: sealed.day, revision, manifest_sha256: sealed.manifestSha256 });
  return sealed;
}

function storeAt(name: string): ObjectStore {
  const options = localFiles.options.parse({ path: join(folder, name), reserve: "0" });
  return localFiles.open(options, testHost());
}

function record(name: string, store = storeAt(name)): Extract<Target, { kind: "record" }> {
  const archive = folderSource(nodeFiles, root);
  // As many as lie there: these tests write the ledger's files by hand.
  const ledgerSize = (): number => readdirSync(join(root, "ledger/000")).length;
  const sink = new RecordSink({ name, store, tenant: "contoso", archive, ledgerSize });
  return { kind: "record", name, sink };
}

function view(name: string, more: Partial<Sink> = {}): Extract<Target, { kind: "view" }> {
  const sink = minimalSink.open({ path: join(folder, name) }, testHost());
  const open: Sink = {
    check: (inner) => sink.check(inner),
    write: (batch, inner) => sink.write(batch, inner),
    read: (of, inner) => sink.read(of, inner),
    remove: (of, inner) => sink.remove(of, inner),
    close: () => sink.close(),
    ...more,
  };
  return { kind: "view", name, sink: open, readBack: true, isExpired: () => false };
}

function index(): ReturnType<typeof indexDays> {
  const entries = acts.map((act, seq) => ({
    seq,
    prev: "",
    time: "2026-11-22T00:00:00.000Z",
    actor: "daybook",
    ...act,
  }));
  return indexDays(entries);
}

async function deliver(
  targets: readonly Target[],
  sources = [folderSource(nodeFiles, root)],
): Promise<Outcome[]> {
  const outcomes: Outcome[] = [];
  await deliverPending(
    targets,
    index(),
    { tenant: "contoso", sources },
    async (outcome) => {
      outcomes.push(outcome);
      acts.push(actOf(outcome));
    },
    signal,
  );
  return outcomes;
}

const settings = (targets: readonly Target[], isClosed = true): Parameters<typeof pruneDelivered>[1] => ({
  files: nodeFiles,
  root,
  targets,
  isClosed: () => isClosed,
});

const pendingNames = (kind: "record" | "view"): readonly string[] =>
  pendingFor({ kind, name: "any", isExpired: () => false }, index()).map(
    (sealed) => `${sealed.day} ${sealed.revision}`,
  );

const codesOf = (outcomes: readonly Outcome[]): readonly string[] =>
  outcomes.map(
    (outcome) => `${outcome.sink} ${outcome.sealed.day} ${"failed" in outcome ? outcome.failed.code : "ok"}`,
  );

describe("a record sink", () => {
  it("holds every file of the package and of the ledger, byte for byte", async () => {
    const sealed = await seal("2026-11-20");
    const vault = record("vault");
    await deliver([vault]);
    await vault.sink.syncLedger(signal);

    const state = await nodeFiles.list(join(root, packagePath(sealed.day, 1)));
    for (const path of [
      ...state.map((name) => `${packagePath(sealed.day, 1)}/${name}`),
      "archive.json",
      "head",
      "heads/000000003",
      "ledger/000/000000002.json",
      "keys/0a1b2c3d.pem",
    ]) {
      expect(await readFile(join(folder, "vault/contoso", path))).toEqual(await readFile(join(root, path)));
    }
  });

  it("goes on with the ledger where it stopped, in the same process and in a new one", async () => {
    const vault = record("vault");
    await vault.sink.syncLedger(signal);
    await writeState(root, 5);
    await vault.sink.syncLedger(signal);
    await writeState(root, 6);
    await record("vault").sink.syncLedger(signal);

    expect(await nodeFiles.list(join(folder, "vault/contoso/ledger/000"))).toHaveLength(6);
    expect(await nodeFiles.list(join(folder, "vault/contoso/heads"))).toHaveLength(6);
    expect(await readFile(join(folder, "vault/contoso/head"), "utf8")).toBe("head 6\n");
  });

  it("finds that the store holds more entries than the state folder", async () => {
    await writeState(root, 5);
    await record("vault").sink.syncLedger(signal);
    await rm(join(root, "ledger/000/000000004.json"));

    await expect(record("vault").sink.syncLedger(signal)).rejects.toMatchObject({ code: "ARCHIVE_FORKED" });
  });

  it("does not deliver a package whose manifest is not the one of the ledger", async () => {
    const sealed = await seal("2026-11-20");
    acts = [{ type: "day-sealed", day: sealed.day, revision: 1, manifest_sha256: "0".repeat(64) }];

    expect(codesOf(await deliver([record("vault")]))).toEqual(["vault 2026-11-20 ARCHIVE_DAMAGED"]);
  });
});

describe("a queue", () => {
  it("delivers oldest first, every revision to a record sink and the newest to a view", async () => {
    await seal("2026-11-20");
    await seal("2026-11-18");
    await seal("2026-11-20", 2, 7);

    expect(pendingNames("record")).toEqual(["2026-11-18 1", "2026-11-20 1", "2026-11-20 2"]);
    expect(pendingNames("view")).toEqual(["2026-11-18 1", "2026-11-20 2"]);
  });

  it("delivers nothing twice and knows it from the ledger alone", async () => {
    await seal("2026-11-20");
    await deliver([record("vault"), view("lines")]);

    expect(await deliver([record("vault"), view("lines")])).toEqual([]);
  });

  it("lets a sink that is down hold back itself alone, with one entry for all its days (fault 77)", async () => {
    await seal("2026-11-18");
    await seal("2026-11-19");
    const down = view("down", {
      write: () => Promise.reject(new DaybookError("SINK_UNAVAILABLE", { message: "down" })),
    });

    const outcomes = await deliver([down, record("vault"), view("lines")]);
    expect(codesOf(outcomes).toSorted()).toEqual([
      "down 2026-11-18 SINK_UNAVAILABLE",
      "lines 2026-11-18 ok",
      "lines 2026-11-19 ok",
      "vault 2026-11-18 ok",
      "vault 2026-11-19 ok",
    ]);
    const [again] = await deliver([view("other"), down].slice(1));
    expect(again !== undefined && isKnownFailure(again, index())).toBe(true);
    expect(codesOf(await deliver([view("down")]))).toEqual(["down 2026-11-18 ok", "down 2026-11-19 ok"]);
  });

  it("passes over a day that is at fault itself", async () => {
    await seal("2026-11-18");
    await seal("2026-11-19");
    await rm(join(root, packagePath(day("2026-11-18"), 1), "events.ndjson.zst"));

    expect(codesOf(await deliver([view("lines")]))).toEqual([
      "lines 2026-11-18 ARCHIVE_DAMAGED",
      "lines 2026-11-19 ok",
    ]);
  });

  it("fills a sink that is added later from a record sink, when the state folder has let go of the days", async () => {
    const sealed = await seal("2026-11-20");
    const vault = record("vault");
    await deliver([vault]);
    const closed = { files: nodeFiles, root, targets: [vault], isClosed: () => true };
    await nodeFiles.makeFolder(join(root, "staging"));
    expect(await pruneDelivered(index(), closed, signal)).toEqual([sealed]);

    const sources = [folderSource(nodeFiles, root), storeSource(storeAt("vault"), "contoso")];
    expect(codesOf(await deliver([view("lines"), record("second")], sources)).toSorted()).toEqual([
      "lines 2026-11-20 ok",
      "second 2026-11-20 ok",
    ]);
  });
});

describe("a view sink", () => {
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
    await seal("2026-11-20");

    expect(codesOf(await deliver([view("lines", more)]))).toEqual(["lines 2026-11-20 SINK_MISMATCH"]);
  });
});

describe("pruning", () => {
  it("keeps a day that is not closed, that a sink lacks, or that a record sink has lost", async () => {
    const sealed = await seal("2026-11-20");
    const vault = record("vault");
    expect(await pruneDelivered(index(), settings([vault]), signal)).toEqual([]);
    await deliver([vault]);
    expect(await pruneDelivered(index(), settings([vault], false), signal)).toEqual([]);
    expect(await pruneDelivered(index(), settings([vault, view("lines")]), signal)).toEqual([]);
    expect(await pruneDelivered(index(), settings([]), signal)).toEqual([]);
    await rm(join(folder, "vault/contoso", packagePath(sealed.day, 1), "events.ndjson.zst"));
    expect(await pruneDelivered(index(), settings([vault]), signal)).toEqual([]);

    expect((await stat(join(root, packagePath(sealed.day, 1)))).isDirectory()).toBe(true);
  });

  it("keeps a day whose only copy has a changed byte", async () => {
    const sealed = await seal("2026-11-20");
    const vault = record("vault");
    await deliver([vault]);
    const copy = join(folder, "vault/contoso", packagePath(sealed.day, 1), "events.ndjson.zst");
    const bytes = await readFile(copy);
    bytes.writeUInt8(bytes.readUInt8(20) ^ 1, 20);
    await chmod(copy, 0o600);
    await writeFile(copy, bytes);

    expect(await pruneDelivered(index(), settings([vault]), signal)).toEqual([]);
  });
});
