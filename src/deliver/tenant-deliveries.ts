import { actOf } from "./deliver-day.js";
import type { Outcome, Target } from "./deliver-day.js";
import { pruneDelivered } from "./prune.js";
import { SinkLosses } from "./sink-losses.js";
import type { SharedPlaces, SinkPlaces } from "./sink-places.js";
import type { RecordSink } from "./record-sink.js";
import { pluginError } from "./plugin-error.js";
import { deliverPending, isKnownFailure, pendingFor } from "./sink-queue.js";
import { expireView } from "./view-expiry.js";
import type { ArchiveSource } from "../archive/source.js";
import type { Clock } from "../io/clock.js";
import type { Files } from "../io/files.js";
import type { DayIndex } from "../ledger/day-index.js";
import type { Ledger } from "../ledger/ledger.js";
import { DaybookError, isDaybookError } from "../model/errors.js";
import type { Log } from "../model/log.js";
import type { UtcDay } from "../model/utc-day.js";

export interface DeliveriesParts {
  readonly tenant: string;
  /** The tenant's folder in the state folder. */
  readonly root: string;
  readonly files: Files;
  readonly clock: Clock;
  readonly log: Log;
  readonly ledger: Ledger;
  readonly targets: readonly Target[];
  /** Where day packages can be read: the state folder, then the record sinks. */
  readonly sources: readonly ArchiveSource[];
  readonly places: Pick<SinkPlaces, "findSharedFolders" | "findSharedStoresOnce">;
  /** Whether the source no longer serves the day: its package is not needed for another comparison. */
  readonly isPastHorizon: (day: UtcDay) => boolean;
}

/** Delivers sealed days to the sinks and records the receipts. A sink that fails is recorded and tried again by the next pass. */
export class TenantDeliveries {
  readonly failures = new Map<string, DaybookError>();
  readonly #parts: DeliveriesParts;
  readonly #losses: SinkLosses;
  /** Whether a record sink has just refused a package because it holds a different one: another writer may be active. */
  #isDisputed = false;

  constructor(parts: DeliveriesParts) {
    this.#parts = parts;
    this.#losses = new SinkLosses(parts);
  }

  async begin(signal: AbortSignal): Promise<void> {
    await this.#begin(undefined, signal);
  }

  /**
   * Checks every record sink before the pass spends a request to the source. A sink that does not answer proves nothing: it
   * is checked again before anything is written to it, and its failure is reported then. ARCHIVE_FORKED when another writer
   * has added to one; SINK_TAKEN when all of them hold another archive, SINK_SHARED when none has a place of its own. The sink
   * `refill` may be empty although it has confirmed days.
   */
  async #begin(refill: string | undefined, signal: AbortSignal): Promise<void> {
    this.failures.clear();
    this.#isDisputed = false;
    this.#leaveOutShared(await this.#parts.places.findSharedFolders());
    const targets = this.#recordTargets().filter(({ name }) => !this.failures.has(name));
    const asked = await Promise.allSettled(
      targets.map(({ sink }) => this.#losses.claim(sink, sink.name === refill, signal)),
    );
    signal.throwIfAborted();
    for (const [number, one] of asked.entries())
      if (one.status === "rejected") this.#leaveOut(targets[number]?.name ?? "", one.reason);
    const failures: unknown[] = asked.flatMap((one) => (one.status === "rejected" ? [one.reason] : []));
    const fork = failures.find((error) => isDaybookError(error, "ARCHIVE_FORKED"));
    if (fork !== undefined) throw fork;
    const taken = failures.filter((error) => isDaybookError(error, "SINK_TAKEN"));
    // No sink would accept what this pass reads.
    if (taken.length > 0 && taken.length === asked.length) throw taken[0];
    const ready = targets.filter((_, number) => asked[number]?.status === "fulfilled");
    const names = new Set(ready.map(({ name }) => name));
    this.#leaveOutShared(await this.#parts.places.findSharedStoresOnce(names, signal));
    await this.#recordLosses(
      ready.map(({ sink }) => sink),
      refill,
      signal,
    );
  }

  /**
   * Delivers one day to the sinks that have not failed in this pass, then the ledger to the sinks that lack no other day.
   * Record sinks are written one at a time in name order, so when two writers race, whoever wins the first sink wins all.
   */
  async deliverDay(day: UtcDay, signal: AbortSignal): Promise<void> {
    const index = this.#index();
    const record = index.days.get(day);
    const only = { ...index, days: new Map(record === undefined ? [] : [[day, record]]) };
    for (const target of this.#recordTargets()) await this.#deliver([target], only, signal);
    await this.#deliver(this.#viewTargets(), only, signal);
    // Sync after every day: if this host dies, the sink already has the entry, and a second writer sees the number taken.
    await this.syncLedgers(signal);
  }

  /** Delivers all that sinks still lack, then their ledgers with the receipts; then prunes the state folder. */
  async deliverRest(signal: AbortSignal): Promise<void> {
    await this.#deliver(this.#recordTargets(), this.#index(), signal);
    await this.#deliver(this.#viewTargets(), this.#index(), signal);
    await this.#expireViews(signal);
    await this.syncLedgers(signal);
    this.#reportLosses();
    const { files, root, targets, isPastHorizon } = this.#parts;
    if (this.failures.size > 0) return;
    await pruneDelivered(this.#index(), { files, root, targets, isClosed: isPastHorizon }, signal);
  }

  /** Delivers all that one sink lacks, then its ledger. Returns the number of revisions delivered. USAGE without such a sink. */
  async backfill(name: string, signal: AbortSignal): Promise<number> {
    const { targets } = this.#parts;
    const target = targets.find((one) => one.name === name);
    if (target === undefined) {
      const names = targets.map((one) => one.name).join(", ");
      throw new DaybookError("USAGE", {
        message: `--backfill-sink: expected one of ${names}, found "${name}"`,
      });
    }
    let delivered = 0;
    const settle = async (outcome: Outcome): Promise<void> => {
      await this.#settle(outcome);
      if ("delivered" in outcome) delivered += 1;
    };
    await this.#begin(name, signal);
    if (!this.failures.has(name))
      await deliverPending([target], this.#index(), { ...this.#parts, settle }, signal);
    await this.syncLedgers(signal);
    this.#reportLosses();
    return delivered;
  }

  #recordTargets(): readonly Extract<Target, { readonly kind: "record" }>[] {
    return this.#parts.targets
      .filter((target) => target.kind === "record")
      .toSorted((a, b) => (a.name < b.name ? -1 : 1));
  }

  #viewTargets(): readonly Extract<Target, { readonly kind: "view" }>[] {
    return this.#parts.targets.filter((target) => target.kind === "view");
  }

  #index(): DayIndex {
    return this.#parts.ledger.index;
  }

  /** While ownership of the archive is disputed, deliver nothing: a sink that received the other writer's day would stay wrong. */
  async #deliver(targets: readonly Target[], index: DayIndex, signal: AbortSignal): Promise<void> {
    if (this.#isDisputed) return;
    const healthy = targets.filter(({ name }) => !this.failures.has(name));
    const settle = (outcome: Outcome): Promise<void> => this.#settle(outcome);
    await deliverPending(healthy, index, { ...this.#parts, settle }, signal);
  }

  async #settle(outcome: Outcome): Promise<void> {
    const { log, tenant, ledger } = this.#parts;
    const { day, revision } = outcome.sealed;
    const fields = { tenant, sink: outcome.sink, day, revision };
    if (!isKnownFailure(outcome, this.#index())) {
      // A conflict recorded in an earlier pass is a leftover: a live writer would have advanced the ledger since.
      if ("failed" in outcome && this.#isDispute(outcome)) this.#isDisputed = true;
      await ledger.append(actOf(outcome), "daybook");
    }
    if ("delivered" in outcome) log.info({ ...fields, records: outcome.delivered.records }, "day delivered");
    else this.#failed(outcome.sink, outcome.failed, fields);
  }

  #isDispute({ sink, failed }: Extract<Outcome, { readonly failed: DaybookError }>): boolean {
    return failed.code === "SINK_CONFLICT" && this.#recordTargets().some(({ name }) => name === sink);
  }

  async #expireViews(signal: AbortSignal): Promise<void> {
    for (const target of this.#parts.targets) {
      if (target.kind !== "view" || this.failures.has(target.name)) continue;
      const fields = { tenant: this.#parts.tenant, sink: target.name };
      try {
        const days = await expireView(target, this.#index(), this.#parts, signal);
        if (days > 0) this.#parts.log.info({ ...fields, days }, "expired days removed from view");
      } catch (error) {
        signal.throwIfAborted();
        this.#failed(target.name, isDaybookError(error) ? error : pluginError(target.name, error), fields);
      }
    }
  }

  /** Brings the ledger of every record sink that lacks no package up to date. */
  async syncLedgers(signal: AbortSignal): Promise<void> {
    for (const target of this.#recordTargets()) {
      const failure = this.failures.get(target.name);
      if (failure !== undefined && failure.code !== "SINK_CONFLICT") continue;
      try {
        // The sink's ledger may now show which writer owns the conflicting package.
        if (failure !== undefined) await target.sink.requireOurs(signal);
        // A ledger must not name a package that the sink lacks.
        else if (!this.#isDisputed && pendingFor(target, this.#index()).length === 0)
          await this.#losses.synced(target.name, await target.sink.syncLedger(signal));
      } catch (error) {
        signal.throwIfAborted();
        const known = isDaybookError(error) ? error : pluginError(target.name, error);
        // A second writer affects the whole archive, not just this sink.
        if (known.code === "ARCHIVE_FORKED") throw known;
        if (failure === undefined)
          this.#failed(target.name, known, { tenant: this.#parts.tenant, sink: target.name });
      }
    }
  }

  #leaveOutShared(shared: SharedPlaces): void {
    for (const [sink, error] of shared) this.#failed(sink, error, { tenant: this.#parts.tenant, sink });
    const failures = this.#recordTargets().map(({ name }) => shared.get(name));
    if (failures[0] !== undefined && failures.every((error) => error !== undefined)) throw failures[0];
  }

  async #recordLosses(
    ready: readonly RecordSink[],
    refill: string | undefined,
    signal: AbortSignal,
  ): Promise<void> {
    for (const sink of ready)
      if (!this.failures.has(sink.name)) await this.#losses.record(sink, sink.name === refill, signal);
    for (const [sink, { code }] of this.failures)
      if (code === "SINK_LOST") await this.#losses.recordEmpty(sink);
  }

  /** A repaired loss is still an error of the pass: something removes files from the sink. */
  #reportLosses(): void {
    for (const [sink, error] of this.#losses.errors())
      if (!this.failures.has(sink)) this.failures.set(sink, error);
  }

  /**
   * Nothing more is written to the sink in this pass: a second fsync after a failed one may falsely succeed (fault 50), and an
   * empty sink may be a disk that is not mounted.
   */
  #leaveOut(sink: string, error: unknown): void {
    if (isDaybookError(error, "DISK_FAILED") || isDaybookError(error, "SINK_LOST"))
      this.#failed(sink, error, { tenant: this.#parts.tenant, sink });
  }

  #failed(sink: string, error: DaybookError, fields: object): void {
    this.failures.set(sink, error);
    this.#losses.forgetInventory(sink);
    const { code, message, hint } = error;
    this.#parts.log.error({ ...fields, code, message, hint }, "delivery failed");
  }
}
