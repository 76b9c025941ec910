import { countPending } from "../deliver/sink-queue.js";
import type { SinkQueue } from "../deliver/sink-queue.js";
import type { DayIndex } from "../ledger/day-index.js";
import type { DaybookError } from "../model/errors.js";

export interface SinkState {
  readonly sink: string;
  readonly kind: "record" | "view";
  /** Sealed revisions that it lacks. */
  readonly behind: number;
  /** Why the newest delivery failed. */
  readonly failure: DaybookError | undefined;
}

export function sinkStates(
  queues: readonly SinkQueue[],
  index: DayIndex | undefined,
  failures: ReadonlyMap<string, DaybookError>,
): readonly SinkState[] {
  return queues.map((queue) => ({
    sink: queue.name,
    kind: queue.kind,
    behind: index === undefined ? 0 : countPending(queue, index),
    failure: failures.get(queue.name),
  }));
}
