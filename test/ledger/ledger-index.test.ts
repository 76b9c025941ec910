import { describe, expect, it } from "vitest";
import { indexDays } from "../support/indexed.js";
import { FIRST_PREV } from "../../src/model/ledger-entry.js";
import type { Act, LedgerEntry } from "../../src/model/ledger-entry.js";
import { isoTime } from "../../src/model/utc-day.js";
import { day } from "../support/archive-fixture.js";

const DAY = day("2026-11-20");
const OTHER = day("2026-11-19");
const START_MS = Date.parse("2026-11-21T00:00:00.000Z");

/** The entries of these acts, a second apart. */
function entriesOf(...acts: readonly Act[]): readonly LedgerEntry[] {
  const first: Act = { type: "archive-created", files: {} };
  return [first, ...acts].map((act, seq) => ({
    seq,
    prev: FIRST_PREV,
    time: isoTime(START_MS + seq * 1000),
    actor: "daybook",
    ...act,
  }));
}

const sealed = (of = DAY, revision = 1): Act => ({
  type: "day-sealed",
  day: of,
  revision,
  manifest_sha256: `${of} ${revision}`,
});
const delivered = (sink: string, revision = 1): Act => ({
  type: "sink-delivered",
  sink,
  records: 4,
  day: DAY,
  revision,
  manifest_sha256: `${DAY} ${revision}`,
});
const failed = (sink: string): Act => ({
  type: "sink-failed",
  sink,
  code: "SINK_UNAVAILABLE",
  day: DAY,
  revision: 1,
  manifest_sha256: `${DAY} 1`,
});

/** The sinks with a failure that no delivery made good. */
function failuresOf(acts: readonly Act[]): readonly string[] {
  return [
    ...(indexDays(entriesOf(...acts))
      .days.get(DAY)
      ?.failures.keys() ?? []),
  ];
}

describe("the index of days", () => {
  it("knows of an archive without days when it was created, and no previous manifest", () => {
    const index = indexDays(entriesOf());

    expect([index.days.size, index.previous, index.createdAt]).toEqual([0, null, START_MS]);
  });

  it("lists a day's revisions and its readings, rechecks included", () => {
    const { days } = indexDays(
      entriesOf(
        sealed(),
        { type: "day-rechecked", day: DAY, revision: 1, event_set_sha256: "" },
        sealed(DAY, 2),
      ),
    );

    expect(days.get(DAY)).toEqual({
      day: DAY,
      revisions: [
        { revision: 1, manifestSha256: `${DAY} 1`, sealedAt: START_MS + 1000 },
        { revision: 2, manifestSha256: `${DAY} 2`, sealedAt: START_MS + 3000 },
      ],
      readingsAt: [START_MS + 1000, START_MS + 2000, START_MS + 3000],
      deliveries: new Map(),
      failures: new Map(),
    });
  });

  it("names the manifest sealed last, whatever its day", () => {
    expect(indexDays(entriesOf(sealed(DAY), sealed(OTHER))).previous).toBe(`${OTHER} 1`);
  });

  it("keeps the newest delivery of each sink", () => {
    const { days } = indexDays(entriesOf(delivered("a"), delivered("b"), delivered("a", 2)));

    expect([...(days.get(DAY)?.deliveries ?? [])].map(([sink, { revision }]) => [sink, revision])).toEqual([
      ["a", 2],
      ["b", 1],
    ]);
  });

  it("forgets a failure once the same sink was delivered to, and not before", () => {
    const acts = [sealed(), failed("a"), delivered("b"), delivered("a")];

    expect(failuresOf(acts.slice(0, 3))).toEqual(["a"]);
    expect(failuresOf(acts)).toEqual([]);
  });

  it("keeps the failures of two sinks apart, so that each is written into the ledger once (fault 77)", () => {
    expect(failuresOf([sealed(), failed("a"), failed("b")])).toEqual(["a", "b"]);
  });

  it("remembers that a day was lost, and why", () => {
    const lost: Act = { type: "day-lost", day: DAY, reason: "passed the horizon" };

    expect(indexDays(entriesOf(lost)).days.get(DAY)).toMatchObject({
      readingsAt: [],
      lost: { at: START_MS + 1000, reason: "passed the horizon" },
    });
  });
});
