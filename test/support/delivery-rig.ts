import { readdirSync } from "node:fs";
import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { recordLines } from "daybook/plugin/contract";
import { afterEach, beforeEach } from "vitest";
import localFiles from "../../plugins/local-files/index.js";
import { folderSource } from "../../src/archive/folder-source.js";
import type { ArchiveSource } from "../../src/archive/source.js";
import type { SealedDay } from "../../src/archive/sealed-package.js";
import { actOf } from "../../src/deliver/deliver-day.js";
import type { Outcome, Target } from "../../src/deliver/deliver-day.js";
import { RecordSink } from "../../src/deliver/record-sink.js";
import { deliverPending } from "../../src/deliver/sink-queue.js";
import { testFiles } from "./test-files.js";
import type { Act } from "../../src/model/ledger-entry.js";
import { parseUtcDay } from "../../src/model/utc-day.js";
import type { UtcDay } from "../../src/model/utc-day.js";
import type { ObjectStore, Sink } from "../../src/plugin/types.js";
import minimalSink from "../fixtures/minimal-sink/index.js";
import { indexDays } from "./indexed.js";
import { testHost } from "./plugin-host.js";
import { STATE_KEYS, writePackage, writeState } from "./sealed-package.js";

const { signal } = new AbortController();

export function day(text: string): UtcDay {
  const found = parseUtcDay(text);
  if (found === undefined) throw new Error(text);
  return found;
}

export function codesOf(outcomes: readonly Outcome[]): readonly string[] {
  return outcomes.map(
    (outcome) => `${outcome.sink} ${outcome.sealed.day} ${"failed" in outcome ? outcome.failed.code : "ok"}`,
  );
}

/** A state folder with a ledger of three entries, its days sealed by hand, and sinks beside it. */
export class DeliveryRig {
  folder = "";
  root = "";
  /** What the ledger says beyond its first entries. */
  acts: Act[] = [];

  async seal(text: string, revision = 1, count = 5): Promise<SealedDay> {
    const sealed = await writePackage(this.root, day(text), revision, recordLines(count, day(text)));
    const { manifestSha256: manifest_sha256 } = sealed;
    this.acts.push({ type: "day-sealed", day: sealed.day, revision, manifest_sha256 });
    return sealed;
  }

  storeAt(name: string): ObjectStore {
    const options = localFiles.options.parse({ path: join(this.folder, name), reserve: "0" });
    return localFiles.open(options, testHost());
  }

  record(name: string, store = this.storeAt(name)): Extract<Target, { kind: "record" }> {
    const archive = folderSource(testFiles(), this.root);
    // As many as lie there: these tests write the ledger's files by hand.
    const ledgerSize = (): number => readdirSync(join(this.root, "ledger/000")).length;
    const sink = new RecordSink({ name, store, tenant: "contoso", archive, ledgerSize, keys: STATE_KEYS });
    return { kind: "record", name, sink };
  }

  view(name: string, more: Partial<Sink> = {}): Extract<Target, { kind: "view" }> {
    const sink = minimalSink.open({ path: join(this.folder, name) }, testHost());
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

  index(): ReturnType<typeof indexDays> {
    const entries = this.acts.map((act, seq) => ({
      seq,
      prev: "",
      time: "2026-11-22T00:00:00.000Z",
      actor: "daybook",
      ...act,
    }));
    return indexDays(entries);
  }

  async deliver(
    targets: readonly Target[],
    sources: readonly ArchiveSource[] = [folderSource(testFiles(), this.root)],
  ): Promise<Outcome[]> {
    const outcomes: Outcome[] = [];
    await deliverPending(
      targets,
      this.index(),
      {
        tenant: "contoso",
        sources,
        settle: async (outcome) => {
          outcomes.push(outcome);
          this.acts.push(actOf(outcome));
        },
      },
      signal,
    );
    return outcomes;
  }
}

/** A new rig for each test of the file. */
export function useDeliveryRig(): DeliveryRig {
  const rig = new DeliveryRig();
  beforeEach(async () => {
    rig.folder = await mkdtemp(join(tmpdir(), "daybook-delivery-"));
    rig.root = join(rig.folder, "state/contoso");
    rig.acts = [];
    await writeState(rig.root, 3);
  });
  afterEach(() => rm(rig.folder, { recursive: true }));
  return rig;
}
