import { folderSource } from "../archive/folder-source.js";
import type { RetentionConfig } from "../config/schema.js";
import type { Target } from "../deliver/deliver-day.js";
import { lockDay } from "../deliver/kept-copy.js";
import type { DayPromise } from "../deliver/kept-copy.js";
import type { OpenedSinks } from "../deliver/opened-sinks.js";
import { RecordSink } from "../deliver/record-sink.js";
import type { SinkQueue } from "../deliver/sink-queue.js";
import type { Clock } from "../io/clock.js";
import type { Files } from "../io/files.js";
import { retentionOfDay } from "../ledger/day-retention.js";
import type { Ledger } from "../ledger/ledger.js";
import { holdsOn } from "../model/retention-record.js";
import { utcDayOf } from "../model/utc-day.js";
import type { UtcDay } from "../model/utc-day.js";

export interface TargetParts {
  readonly tenant: string;
  readonly root: string;
  readonly files: Files;
  readonly clock: Clock;
  readonly ledger: Ledger;
  readonly sinks: OpenedSinks;
  readonly queues: readonly SinkQueue[];
  readonly retention: RetentionConfig;
}

/** Every opened sink as somewhere that days are delivered to. */
export function targetsOf(parts: TargetParts): readonly Target[] {
  const { tenant, root, files, ledger, sinks, retention } = parts;
  const archive = folderSource(files, root);
  const ledgerSize = (): number => ledger.size;
  const promiseOf = (day: UtcDay): DayPromise | undefined => promiseFor(parts, day);
  return [
    ...sinks.stores().map(({ name, store }): Target => ({
      kind: "record",
      name,
      sink: new RecordSink({ name, store, tenant, archive, ledgerSize, keys: ledger.keys, promiseOf }),
    })),
    ...sinks.views().map(({ name, sink }): Target => ({
      kind: "view",
      name,
      sink,
      readBack: true,
      isExpired: (day) => isExpired(parts, name, day) && !(retention.holdViews && isHeld(ledger, day)),
    })),
  ];
}

function promiseFor({ ledger, clock }: TargetParts, day: UtcDay): DayPromise | undefined {
  const { retention, days } = ledger.index;
  const kept = retentionOfDay(retention, day, days.get(day));
  return (
    kept && { retainUntil: lockDay(kept.retainUntil, utcDayOf(clock.now())), isHeld: isHeld(ledger, day) }
  );
}

function isHeld({ index }: Ledger, day: UtcDay): boolean {
  return holdsOn(index.retention, day).length > 0;
}

function isExpired({ queues }: TargetParts, name: string, day: UtcDay): boolean {
  return queues.some((queue) => queue.kind === "view" && queue.name === name && queue.isExpired(day));
}
