import type { SinkQueue } from "../deliver/sink-queue.js";
import type { DayIndex } from "../ledger/day-index.js";
import { DaybookError, isErrorCode } from "../model/errors.js";
import { isoTime } from "../model/utc-day.js";
import { sinkStates } from "../view/sink-state.js";
import type { SinkState } from "../view/sink-state.js";

/** The state of each sink, as far as the ledger says. */
export function sinksOf(queues: readonly SinkQueue[], index: DayIndex | undefined): readonly SinkState[] {
  const states = sinkStates(queues, index, new Map());
  return index === undefined
    ? states
    : states.map((state) => ({ ...state, failure: newestFailure(state, index) }));
}

/** The newest failure that no later delivery made good. */
function newestFailure({ sink, behind }: SinkState, index: DayIndex): DaybookError | undefined {
  if (behind === 0) return undefined;
  const newest = [...(index.behind.get(sink) ?? [])]
    .flatMap((day) => {
      const failure = index.days.get(day)?.failures.get(sink);
      return failure === undefined ? [] : [{ day, ...failure }];
    })
    .toSorted((a, b) => b.at - a.at || (a.day < b.day ? -1 : 1))[0];
  if (newest === undefined || !isErrorCode(newest.code)) return undefined;
  const message = `${sink}: ${behind} behind; ${newest.day} was not delivered at ${isoTime(newest.at)}`;
  return new DaybookError(newest.code, { message, hint: "run daybook sinks check" });
}
