import { strict as assert } from "node:assert";
import { isDaybookError } from "../../src/model/errors.js";
import {
  DAY,
  batchOf,
  breakingBatch,
  dayOf,
  holds,
  neverGot,
  recordLine,
  recordLines,
  write,
} from "./sample-days.js";
import { CALM, collect, endsWithin, failureOf, rejectsWith } from "./sample-objects.js";
import type { SinkCase } from "./sink-maker.js";

const OLD = recordLines(40);
/** As a later reading gives it: 20 lines are gone, one has changed, 30 are new. */
const NEW = [...OLD.slice(20), recordLine(5, DAY, { Extra: "changed" }), ...recordLines(30, DAY, 1_000)];

/** A day's view is replaced as a whole, and never by an older one. */
export const REVISIONS: readonly SinkCase[] = [
  {
    name: "replaces the day as a whole when a new revision comes",
    run: async (place) => {
      const sink = place.open();
      await write(sink, OLD);
      const receipt = await write(sink, NEW, { revision: 2 });
      assert.equal(receipt.records, NEW.length);
      await holds(place.open(), NEW);
    },
  },
  {
    name: "replaces a full day by an empty revision and an empty one by a full",
    run: async (place) => {
      const sink = place.open();
      await write(sink, OLD);
      await write(sink, [], { revision: 2 });
      await holds(place.open(), []);
      await write(sink, NEW, { revision: 3 });
      await holds(place.open(), NEW);
    },
  },
  {
    name: "holds each record once when the same revision comes twice",
    run: async (place) => {
      const sink = place.open();
      const first = await write(sink, OLD);
      const second = await write(sink, OLD);
      assert.equal(second.records, first.records);
      await holds(place.open(), OLD);
    },
  },
  {
    name: "holds each record once when the same revision comes twice at once",
    run: async (place) => {
      const results = await Promise.allSettled([write(place.open(), OLD), write(place.open(), OLD)]);
      assert.ok(
        results.some(({ status }) => status === "fulfilled"),
        "expected one delivery to succeed",
      );
      for (const result of results) {
        if (result.status === "rejected") assert.ok(isDaybookError(result.reason), String(result.reason));
      }
      await holds(place.open(), OLD);
    },
  },
  {
    name: "refuses an older revision as a conflict and keeps the newer",
    run: async (place) => {
      await write(place.open(), NEW, { revision: 2 });
      await rejectsWith(write(place.open(), OLD, { revision: 1 }), "SINK_CONFLICT");
      await holds(place.open(), NEW);
    },
  },
  {
    name: "refuses the same revision with another manifest as a conflict and keeps the first",
    run: async (place) => {
      await write(place.open(), OLD);
      await rejectsWith(write(place.open(), NEW), "SINK_CONFLICT");
      await holds(place.open(), OLD);
    },
  },
  {
    name: "is found again from a new instance",
    run: async (place) => {
      const first = place.open();
      await write(first, OLD);
      await first.close();
      await holds(place.open(), OLD);
      await write(place.open(), NEW, { revision: 2 });
      await holds(place.open(), NEW);
    },
  },
  {
    name: "shows a reader the old view or the new one while a day is replaced",
    run: async (place) => {
      await write(place.open(), OLD);
      const sizes = [OLD.length, NEW.length];
      const done = new AbortController();
      const reader = (async () => {
        do {
          const found = await collect(place.open().read(DAY, CALM));
          assert.ok(sizes.includes(found.length), `a reader saw ${found.length} records`);
        } while (!done.signal.aborted);
      })();
      const writer = (async () => {
        for (let revision = 2; revision < 8; revision += 1) {
          await write(place.open(), revision % 2 === 0 ? NEW : OLD, { revision });
        }
      })().finally(() => done.abort());
      await Promise.all([reader, writer]);
    },
  },
];

/** Deliveries that go wrong: the old view stays. */
export const FAILED_DELIVERIES: readonly SinkCase[] = [
  {
    name: "keeps the old view when a delivery fails half-way",
    run: async (place) => {
      await write(place.open(), OLD);
      await failureOf(place.open().write(breakingBatch(NEW, 25, { revision: 2 }), CALM));
      await holds(place.open(), OLD);
    },
  },
  {
    name: "holds nothing of a first delivery that failed half-way, and takes the day afterwards",
    run: async (place) => {
      const sink = place.open();
      await failureOf(sink.write(breakingBatch(NEW, 25), CALM));
      await neverGot(place.open());
      await write(sink, NEW);
      await holds(place.open(), NEW);
    },
  },
  ...[
    { what: "fewer", records: OLD.length + 1 },
    { what: "more", records: OLD.length - 1 },
    { what: "no", records: 1, lines: [] },
  ].map(({ what, records, lines = OLD }) => ({
    name: `refuses ${what} lines than the batch promises and keeps the old view`,
    run: async (place: Parameters<SinkCase["run"]>[0]) => {
      await write(place.open(), NEW);
      await rejectsWith(place.open().write(batchOf(lines, { revision: 2, records }), CALM), "SINK_MISMATCH");
      await holds(place.open(), NEW);
    },
  })),
  {
    name: "stops at once when it is aborted, though the lines stall, and keeps the old view",
    run: async (place) => {
      await write(place.open(), OLD);
      const stop = new AbortController();
      const stalling = batchOf(NEW, {
        revision: 2,
        async *lines() {
          yield* NEW.slice(0, 10);
          await new Promise<never>(() => {});
        },
      });
      const call = place.open().write(stalling, stop.signal);
      setTimeout(() => stop.abort(new Error("stopped by the test")), 50);
      await endsWithin(5_000, call);
      await failureOf(call);
      await holds(place.open(), OLD);
      await write(place.open(), NEW, { revision: 2 });
      await holds(place.open(), NEW);
    },
  },
  {
    name: "writes nothing when it is aborted before it starts",
    run: async (place) => {
      await failureOf(place.open().write(batchOf(OLD), AbortSignal.abort()));
      await neverGot(place.open());
    },
  },
  {
    name: "keeps the other days when one fails",
    run: async (place) => {
      const sink = place.open();
      const next = dayOf("2026-11-21");
      const results = await Promise.allSettled([
        sink.write(breakingBatch(OLD, 20), CALM),
        write(sink, recordLines(9, next), { day: next }),
      ]);
      assert.deepEqual(
        results.map(({ status }) => status),
        ["rejected", "fulfilled"],
      );
      await neverGot(place.open());
      await holds(place.open(), recordLines(9, next), next);
    },
  },
];
