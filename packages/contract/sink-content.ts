import { strict as assert } from "node:assert";
import { HOSTILE_LINES } from "./hostile-lines.js";
import { DAY, batchOf, dayOf, holds, neverGot, recordLine, recordLines, write } from "./sample-days.js";
import { CALM, collect, rejectsWith } from "./sample-objects.js";
import type { SinkCase, SinkPlace } from "./sink-maker.js";

const LARGE_DAY = 20_000;

/** What goes in comes out: every line, of every day, of every tenant. */
export const CONTENT: readonly SinkCase[] = [
  {
    name: "gives back the record lines of a day",
    run: (place) => roundTrip(place, recordLines(100)),
  },
  {
    name: "answers with the number of records that it holds and where they are",
    run: async (place) => {
      const receipt = await write(place.open(), recordLines(7));
      assert.equal(receipt.records, 7);
      assert.notEqual(receipt.location.trim(), "", "the receipt's location is empty");
    },
  },
  {
    name: "keeps an empty day as a day that has no event",
    run: async (place) => {
      const receipt = await write(place.open(), []);
      assert.equal(receipt.records, 0);
      await holds(place.open(), []);
    },
  },
  ...Object.entries(HOSTILE_LINES).map(([what, lines]) => ({
    name: `keeps ${what}, byte for byte`,
    run: (place: SinkPlace) => roundTrip(place, lines),
  })),
  {
    name: "keeps a day of all hostile lines among ordinary ones",
    run: (place) =>
      roundTrip(place, [
        ...recordLines(30),
        ...Object.values(HOSTILE_LINES).flat(),
        ...recordLines(30, DAY, 100),
      ]),
  },
  {
    name: "keeps lines that are the same event id with other content",
    run: (place) =>
      roundTrip(place, [recordLine(1), recordLine(1, DAY, { Extra: 1 }), recordLine(1, DAY, { Extra: 2 })]),
  },
  {
    name: "keeps a line of two megabytes and a text of one",
    run: (place) =>
      roundTrip(place, [
        recordLine(1, DAY, { ReportName: "長".repeat(350_000) }),
        recordLine(2, DAY, { Many: Array.from({ length: 200_000 }, (_, index) => index) }),
      ]),
  },
  {
    name: `keeps ${LARGE_DAY} records of one day`,
    timeoutMs: 120_000,
    isLong: true,
    run: (place) => roundTrip(place, recordLines(LARGE_DAY)),
  },
  {
    name: "keeps days apart at the ends of months and years, and the leap day",
    run: async (place) => {
      const sink = place.open();
      const days = ["2024-02-28", "2024-02-29", "2024-03-01", "2026-12-31", "2027-01-01"].map(dayOf);
      for (const day of days) await write(sink, recordLines(3, day), { day });
      for (const day of days) await holds(sink, recordLines(3, day), day);
    },
  },
  {
    name: "keeps two days apart that are written at once",
    run: async (place) => {
      const days = ["2026-11-18", "2026-11-19", "2026-11-20"].map(dayOf);
      const sink = place.open();
      await Promise.all(days.map((day, index) => write(sink, recordLines(50 + index, day), { day })));
      for (const [index, day] of days.entries()) await holds(sink, recordLines(50 + index, day), day);
    },
  },
  {
    name: "keeps two tenants apart that have the same day",
    run: async (place) => {
      const fabrikam = { tenant: "fabrikam", tenantId: "11111111-2222-4333-8444-555555555555" };
      await Promise.all([
        write(place.open("contoso"), recordLines(3)),
        write(place.open("fabrikam"), recordLines(5), fabrikam),
      ]);
      await holds(place.open("contoso"), recordLines(3));
      await holds(place.open("fabrikam"), recordLines(5));
      await place.open("fabrikam").remove(DAY, CALM);
      await holds(place.open("contoso"), recordLines(3));
      await neverGot(place.open("fabrikam"));
    },
  },
  {
    name: "says that it never got a day that it never got, in read and remove",
    run: async (place) => {
      const sink = place.open();
      await write(sink, recordLines(3), {});
      await neverGot(sink, dayOf("2026-11-21"));
      await rejectsWith(sink.remove(dayOf("2026-11-21"), CALM), "SINK_NOT_FOUND");
    },
  },
  {
    name: "removes one day, says so, and takes it again",
    run: async (place) => {
      const sink = place.open();
      const next = dayOf("2026-11-21");
      await write(sink, recordLines(3), { revision: 2 });
      await write(sink, recordLines(4, next), { day: next });
      assert.ok((await sink.remove(DAY, CALM)).removed >= 1, "expected a receipt for one removal at least");
      await neverGot(place.open());
      await holds(place.open(), recordLines(4, next), next);
      await write(sink, recordLines(2), { revision: 1 });
      await holds(place.open(), recordLines(2));
    },
  },
  {
    name: "does not change the batch",
    run: async (place) => {
      const batch = batchOf(recordLines(3));
      const before = JSON.stringify(batch);
      await place.open().write(batch, CALM);
      assert.equal(JSON.stringify(batch), before);
      assert.deepEqual(await collect(batch.lines()), recordLines(3));
    },
  },
];

async function roundTrip(place: SinkPlace, lines: readonly string[]): Promise<void> {
  const receipt = await write(place.open(), lines);
  assert.equal(receipt.records, lines.length);
  await holds(place.open(), lines);
}
