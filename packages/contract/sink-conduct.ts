import { strict as assert } from "node:assert";
import { isDaybookError } from "../../src/model/errors.js";
import type { Sink } from "../../src/plugin/types.js";
import { DAY, dayOf, holds, neverGot, recordLines, write } from "./sample-days.js";
import { callsOutageRetryable, callsRefusalFinal } from "./outage.js";
import type { Operation } from "./outage.js";
import { CALM, collect, failureOf } from "./sample-objects.js";
import type { SinkCase, SinkPlace } from "./sink-maker.js";

/** Check, close, outages and refusals. */
export const SINK_CONDUCT: readonly SinkCase[] = [
  {
    name: "leaves no trace of a check, before the first day and after it",
    run: async (place) => {
      const sink = place.open();
      await sink.check(CALM);
      await neverGot(place.open());
      await write(sink, recordLines(3));
      await Promise.all([sink.check(CALM), place.open().check(CALM)]);
      await holds(place.open(), recordLines(3));
      await neverGot(place.open(), dayOf("2026-11-21"));
    },
  },
  {
    name: "changes nothing by a look, before the first day and after it, if it has one",
    run: async (place) => {
      const sink = place.open();
      await sink.look?.(CALM);
      await neverGot(place.open());
      await write(sink, recordLines(3));
      await sink.look?.(CALM);
      await holds(place.open(), recordLines(3));
    },
  },
  {
    name: "fails its check where a write would fail, with a code, and is not to be retried",
    run: async (_place, maker) =>
      withPlace(await maker.unusable(), async (sink) => {
        const error = await failureOf(sink.check(CALM));
        assert.ok(isDaybookError(error), `expected a DaybookError, found ${String(error)}`);
        assert.equal(error.retry, "never");
        assert.ok(
          isDaybookError(await failureOf(write(sink, recordLines(1)))),
          "write failed without a code",
        );
      }),
  },
  {
    name: "can be closed twice, used or not",
    run: async (place) => {
      await place.open().close();
      const sink = place.open();
      await write(sink, recordLines(1));
      await sink.close();
      await sink.close();
      await holds(place.open(), recordLines(1));
    },
  },
  {
    name: "stays usable when a reader leaves early, and stops reading when aborted",
    run: async (place) => {
      const sink = place.open();
      const lines = recordLines(3_000);
      await write(sink, lines);
      for await (const line of sink.read(DAY, CALM)) if (line !== "") break;
      await failureOf(collect(sink.read(DAY, AbortSignal.abort())));
      const stop = new AbortController();
      await failureOf(
        (async () => {
          for await (const line of sink.read(DAY, stop.signal)) if (line !== "") stop.abort();
        })(),
      );
      await holds(sink, lines);
    },
  },
  {
    name: "calls an outage retryable, in every operation",
    needs: "unreachable",
    timeoutMs: 120_000,
    run: async (_place, maker) =>
      withPlace(await maker.unreachable?.(), (sink) => callsOutageRetryable(everyOperation(sink))),
  },
  {
    name: "calls a refusal final, in every operation",
    needs: "refused",
    timeoutMs: 120_000,
    run: async (_place, maker) =>
      withPlace(await maker.refused?.(), (sink) => callsRefusalFinal(everyOperation(sink))),
  },
];

function everyOperation(sink: Sink): readonly Operation[] {
  return [
    () => sink.check(CALM),
    ...(sink.look === undefined ? [] : [async () => sink.look?.(CALM)]),
    () => write(sink, recordLines(3)),
    () => collect(sink.read(DAY, CALM)),
    () => sink.remove(DAY, CALM),
  ];
}

async function withPlace(place: SinkPlace | undefined, use: (sink: Sink) => Promise<void>): Promise<void> {
  assert.ok(place !== undefined, "the maker lacks the hook that this case needs");
  const sink = place.open();
  try {
    await use(sink);
  } finally {
    await sink.close();
    await place.dispose();
  }
}
