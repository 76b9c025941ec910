import type { Clock } from "../io/clock.js";
import type { Files } from "../io/files.js";
import type { Ledger } from "../ledger/ledger.js";
import { DaybookError, isDaybookError } from "../model/errors.js";
import type { Log } from "../model/log.js";
import { DAY_MS } from "../model/utc-day.js";
import type { SealedDay } from "../archive/sealed-package.js";
import type { RecordSink } from "./record-sink.js";
import { isFilled, isKnownLoss, newestConfirmed } from "./sink-inventory.js";
import { SyncMarks } from "./sync-marks.js";

export interface SinkLossesParts {
  readonly tenant: string;
  /** The tenant's folder in the state folder. */
  readonly root: string;
  readonly files: Files;
  readonly clock: Clock;
  readonly log: Log;
  readonly ledger: Ledger;
}

/** How long an inventory of a sink that is no folder is valid while its newest package is there. */
const INVENTORY_LASTS_MS = DAY_MS;

/**
 * Finds what record sinks have lost since they confirmed it, and records it in the ledger, which puts a lost package back into
 * the sink's queue. A loss is an error of the pass that finds it, even when everything was restored.
 */
export class SinkLosses {
  readonly #parts: SinkLossesParts;
  readonly #marks: SyncMarks;
  readonly #inventoriedMs = new Map<string, number>();
  /** By sink, what this pass found to be lost. */
  readonly #found = new Map<string, readonly string[]>();

  constructor(parts: SinkLossesParts) {
    this.#parts = parts;
    this.#marks = new SyncMarks(parts.files, parts.root);
  }

  /** As `RecordSink.claim`. With `isRefill` the sink may be empty: the operator has asked to fill it again. */
  async claim(sink: RecordSink, isRefill: boolean, signal: AbortSignal): Promise<void> {
    this.#found.delete(sink.name);
    const { name } = sink;
    const known = isRefill
      ? { isFilled: false, entries: 0 }
      : { isFilled: isFilled(name, this.#parts.ledger.index), entries: await this.#marks.read(name) };
    const lost = await sink.claim(known, signal);
    if (lost.length > 0) this.#found.set(name, lost);
  }

  /** Records what a claimed sink lacks. Must not be called before all sinks were checked for another writer. */
  async record(sink: RecordSink, isRefill: boolean, signal: AbortSignal): Promise<void> {
    const { ledger } = this.#parts;
    const { name } = sink;
    const { packages, records } = isRefill
      ? { packages: await sink.missing(ledger.index, signal), records: [] }
      : await this.#inventory(sink, signal);
    if (records.length > 0) this.#found.set(name, [...(this.#found.get(name) ?? []), inShort(records)]);
    for (const what of this.#found.get(name) ?? [])
      await ledger.append(
        { type: "incident", day: null, code: "SINK_LOST", subject: `${name}: ${what}` },
        "daybook",
      );
    for (const { day, revision, manifestSha256: manifest_sha256 } of packages)
      await ledger.append(
        { type: "sink-failed", day, revision, manifest_sha256, sink: name, code: "SINK_LOST" },
        "daybook",
      );
    if (isRefill) return;
    const paths = packages.map(({ day, revision }) => `${day} revision ${revision}`);
    const lost = [...(this.#found.get(name) ?? []), ...paths];
    if (lost.length === 0) return;
    this.#found.set(name, lost);
    this.#parts.log.error({ tenant: this.#parts.tenant, sink: name, lost }, "sink content lost");
  }

  /** Records with one entry that the sink is empty and should not be, so that `status` can report it. */
  async recordEmpty(sink: string): Promise<void> {
    const { ledger } = this.#parts;
    this.forgetInventory(sink);
    const newest = newestConfirmed(sink, ledger.index);
    if (newest === undefined || isKnownLoss(sink, ledger.index)) return;
    const { day, revision, manifestSha256: manifest_sha256 } = newest;
    await ledger.append(
      { type: "sink-failed", day, revision, manifest_sha256, sink, code: "SINK_LOST" },
      "daybook",
    );
  }

  /** After a failure of the sink the next pass takes its inventory again. */
  forgetInventory(sink: string): void {
    this.#inventoriedMs.delete(sink);
  }

  async synced(sink: string, entries: number): Promise<void> {
    await this.#marks.write(sink, entries);
  }

  /** The losses of this pass, each as the error of its sink. */
  errors(): ReadonlyMap<string, DaybookError> {
    return new Map([...this.#found].map(([sink, lost]) => [sink, lossError(sink, lost)]));
  }

  /** What the sink has confirmed and lacks. A sink that does not answer is checked again by the next pass. */
  async #inventory(sink: RecordSink, signal: AbortSignal): Promise<Inventory> {
    const { ledger, clock, log, tenant } = this.#parts;
    const { name } = sink;
    try {
      const newest = newestConfirmed(name, ledger.index);
      const isFresh = clock.now() - (this.#inventoriedMs.get(name) ?? -Infinity) < lasts(sink);
      if (newest === undefined || (isFresh && (await sink.hasManifest(newest, signal)))) return NOTHING;
      const packages = await sink.missing(ledger.index, signal);
      const records = await sink.missingRecords(await this.#marks.read(name), signal);
      this.#inventoriedMs.set(name, clock.now());
      return { packages, records };
    } catch (error) {
      signal.throwIfAborted();
      if (!isDaybookError(error)) throw error;
      log.warn({ tenant, sink: name, code: error.code, message: error.message }, "sink inventory failed");
      return NOTHING;
    }
  }
}

/** What an inventory found to be missing. */
interface Inventory {
  readonly packages: readonly SealedDay[];
  /** Of the ledger, its heads and acts, and the keys. */
  readonly records: readonly string[];
}

const NOTHING: Inventory = { packages: [], records: [] };

/** A folder of this host is listed by every pass; listing a bucket costs requests. */
function lasts({ folder }: RecordSink): number {
  return folder === undefined ? INVENTORY_LASTS_MS : 0;
}

const MAX_NAMED = 5;

function inShort(lost: readonly string[]): string {
  const more = lost.length > MAX_NAMED ? ` and ${lost.length - MAX_NAMED} more` : "";
  return `${lost.slice(0, MAX_NAMED).join(", ")}${more}`;
}

function lossError(sink: string, lost: readonly string[]): DaybookError {
  return new DaybookError("SINK_LOST", {
    message: `${sink}: found no ${inShort(lost)}, expected everything that it confirmed`,
    hint: "what another copy has was written again; find out what removes files there",
  });
}
