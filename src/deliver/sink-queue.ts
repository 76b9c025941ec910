import type { DayIndex, DayRecord, DayTotals } from "../ledger/day-index.js";
import { Turn } from "../io/turn.js";
import type { DaybookError } from "../model/errors.js";
import type { UtcDay } from "../model/utc-day.js";
import type { SealedDay } from "../archive/sealed-package.js";
import { deliverDay } from "./deliver-day.js";
import type { DeliverySettings, Outcome, Target } from "./deliver-day.js";

/** What decides which revisions a sink still has to get. */
export type SinkQueue = { readonly name: string } & (
  { readonly kind: "record" } | { readonly kind: "view"; readonly isExpired: (day: UtcDay) => boolean }
);

/** What a queue reads of the ledger. */
type QueueIndex = Pick<DayIndex, "behind" | "totals"> & {
  readonly days: Pick<DayIndex["days"], "keys" | "get">;
};

/**
 * What a sink still lacks, oldest day first: what is sealed minus what it has confirmed. A record sink gets every revision in
 * order, a view sink only the newest. The ledger is the queue, so a long outage takes no space, and a sink that is added later
 * is filled from the first day on (fault 77).
 */
export function pendingFor(target: SinkQueue, index: QueueIndex): readonly SealedDay[] {
  return daysBehind(target, index).flatMap((day) => {
    const record = index.days.get(day);
    // What is to be destroyed is delivered nowhere.
    if (record === undefined || record.disposing !== undefined) return [];
    const missing = missingRevisions(record, target.name);
    return target.kind === "record" ? missing : missing.slice(-1);
  });
}

/** Results of `countPending` by the ledger's totals, an object that is replaced with every entry about a day. */
const counted = new WeakMap<DayTotals, Map<string, number>>();

/** The length of `pendingFor`, counted again only when the ledger has grown. */
export function countPending(target: SinkQueue, index: QueueIndex): number {
  const counts = counted.get(index.totals) ?? new Map<string, number>();
  counted.set(index.totals, counts);
  const key = `${target.kind} ${target.name} ${daysBehind(target, index).length}`;
  const count = counts.get(key) ?? pendingFor(target, index).length;
  counts.set(key, count);
  return count;
}

function daysBehind(target: SinkQueue, index: QueueIndex): readonly UtcDay[] {
  return [...(index.behind.get(target.name) ?? index.days.keys())]
    .filter((day) => target.kind === "record" || !target.isExpired(day))
    .toSorted();
}

/**
 * Whether the ledger already records this failure: a sink that is down for weeks gets one entry, not one for each attempt.
 */
export function isKnownFailure(outcome: Outcome, index: DayIndex): boolean {
  if (!("failed" in outcome)) return false;
  const known = index.days.get(outcome.sealed.day)?.failures.get(outcome.sink);
  return known?.revision === outcome.sealed.revision && known.code === outcome.failed.code;
}

export interface QueueSettings extends DeliverySettings {
  /** Gets each outcome, one at a time. */
  readonly settle: (outcome: Outcome) => Promise<void>;
}

/**
 * Delivers every sink's queue: sinks concurrently, the days of one sink in order. Outcomes are passed to `settle` one at a time,
 * where the caller writes the ledger. A sink that is down ends only its own queue; a day that is itself at fault is skipped. What
 * `deliverDay` throws ends every queue.
 */
export async function deliverPending(
  targets: readonly Target[],
  index: DayIndex,
  settings: QueueSettings,
  signal: AbortSignal,
): Promise<void> {
  const turn = new Turn();
  const settleInTurn = (outcome: Outcome): Promise<void> => turn.take(() => settings.settle(outcome));
  const stop = new AbortController();
  const either = AbortSignal.any([signal, stop.signal]);
  const queues = targets.map(async (target) => {
    try {
      await drain(target, pendingFor(target, index), { ...settings, settle: settleInTurn }, either);
    } catch (error) {
      stop.abort(error);
      throw error;
    }
  });
  const results = await Promise.allSettled(queues);
  const failure = results.find((result) => result.status === "rejected");
  if (failure !== undefined) throw failure.reason;
}

async function drain(
  target: Target,
  pending: readonly SealedDay[],
  settings: QueueSettings,
  signal: AbortSignal,
): Promise<void> {
  for (const sealed of pending) {
    signal.throwIfAborted();
    const outcome = await deliverDay(sealed, target, settings, signal);
    await settings.settle(outcome);
    if ("failed" in outcome && !concernsOneDay(target, outcome.failed)) return;
  }
}

/** Whether a failure says nothing about the next day. Any other would only repeat for every day of the queue. */
function concernsOneDay({ kind }: Target, { code, reach }: DaybookError): boolean {
  // In a record sink another writer may be active; do not take the next day from it as well.
  if (code === "SINK_CONFLICT") return kind === "view";
  return reach === "day";
}

function missingRevisions({ day, revisions, deliveries }: DayRecord, sink: string): readonly SealedDay[] {
  const delivered = deliveries.get(sink)?.revision ?? 0;
  return revisions
    .filter(({ revision }) => revision > delivered)
    .map(({ revision, manifestSha256 }) => ({ day, revision, manifestSha256 }));
}
