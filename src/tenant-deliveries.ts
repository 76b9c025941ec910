import type { Deliveries } from "./day-steps.js";
import { actOf } from "./deliver/deliver-day.js";
import type { DeliverySettings, Outcome, Target } from "./deliver/deliver-day.js";
import { pruneDelivered } from "./deliver/prune.js";
import { pluginError } from "./deliver/plugin-error.js";
import { deliverPending, isKnownFailure } from "./deliver/sink-queue.js";
import { expireView } from "./deliver/view-expiry.js";
import type { Files } from "./io/files.js";
import { indexDays } from "./ledger/day-index.js";
import type { DayIndex } from "./ledger/day-index.js";
import type { Ledger } from "./ledger/ledger.js";
import { DaybookError, isDaybookError } from "./model/errors.js";
import type { Log } from "./model/log.js";
import type { UtcDay } from "./model/utc-day.js";

export interface DeliveriesParts {
  readonly tenant: string;
  /** The tenant's folder in the state folder. */
  readonly root: string;
  readonly files: Files;
  readonly log: Log;
  readonly ledger: Ledger;
  readonly targets: readonly Target[];
  readonly settings: DeliverySettings;
  /** Whether the source no longer serves the day: nobody will compare another reading with its package. */
  readonly isPastHorizon: (day: UtcDay) => boolean;
}

/** Brings sealed days to the sinks and their receipts into the ledger. A sink that fails is recorded, and asked again next time. */
export class TenantDeliveries implements Deliveries {
  readonly failures = new Map<string, DaybookError>();
  readonly #parts: DeliveriesParts;

  constructor(parts: DeliveriesParts) {
    this.#parts = parts;
  }

  begin(): void {
    this.failures.clear();
  }

  /** One day alone, to the sinks that have not failed in this pass. */
  async deliverDay(day: UtcDay, signal: AbortSignal): Promise<void> {
    const index = this.#index();
    const record = index.days.get(day);
    const only = new Map(record === undefined ? [] : [[day, record]]);
    await this.#deliver({ ...index, days: only }, signal);
  }

  /** Everything that sinks still lack; then their ledgers, which take in the receipts, and what the state folder need not keep. */
  async deliverRest(signal: AbortSignal): Promise<void> {
    await this.#deliver(this.#index(), signal);
    await this.#expireViews(signal);
    await this.#syncLedgers(signal);
    const { files, root, targets, isPastHorizon } = this.#parts;
    if (this.failures.size > 0) return;
    await pruneDelivered(this.#index(), { files, root, targets, isClosed: isPastHorizon }, signal);
  }

  /** What one sink lacks, from wherever the packages are; then its ledger. Returns the revisions delivered; USAGE without such a sink. */
  async backfill(name: string, signal: AbortSignal): Promise<number> {
    const { targets, settings } = this.#parts;
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
    await deliverPending([target], this.#index(), settings, settle, signal);
    await this.#syncLedgers(signal);
    return delivered;
  }

  #index(): DayIndex {
    return indexDays(this.#parts.ledger.entries());
  }

  async #deliver(index: DayIndex, signal: AbortSignal): Promise<void> {
    const { targets, settings } = this.#parts;
    const healthy = targets.filter(({ name }) => !this.failures.has(name));
    await deliverPending(healthy, index, settings, (outcome) => this.#settle(outcome), signal);
  }

  async #settle(outcome: Outcome): Promise<void> {
    const { log, tenant, ledger } = this.#parts;
    const { day, revision } = outcome.sealed;
    const fields = { tenant, sink: outcome.sink, day, revision };
    if (!isKnownFailure(outcome, this.#index())) await ledger.append(actOf(outcome), "daybook");
    if ("delivered" in outcome) log.info({ ...fields, records: outcome.delivered.records }, "day delivered");
    else this.#failed(outcome.sink, outcome.failed, fields);
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

  async #syncLedgers(signal: AbortSignal): Promise<void> {
    for (const target of this.#parts.targets) {
      if (target.kind !== "record" || this.failures.has(target.name)) continue;
      try {
        await target.sink.syncLedger(signal);
      } catch (error) {
        signal.throwIfAborted();
        const failure = isDaybookError(error) ? error : pluginError(target.name, error);
        // Another writer's entries in a sink are no matter of that sink alone.
        if (failure.code === "ARCHIVE_FORKED") throw failure;
        this.#failed(target.name, failure, { tenant: this.#parts.tenant, sink: target.name });
      }
    }
  }

  #failed(sink: string, error: DaybookError, fields: object): void {
    this.failures.set(sink, error);
    const { code, message, hint } = error;
    this.#parts.log.error({ ...fields, code, message, hint }, "delivery failed");
  }
}
