import { describe, expect, it } from "vitest";
import { countPending, pendingFor } from "../../src/deliver/sink-queue.js";
import type { Act } from "../../src/model/ledger-entry.js";
import type { UtcDay } from "../../src/model/utc-day.js";
import { day } from "../support/delivery-rig.js";
import { indexDays } from "../support/indexed.js";

const vault = { kind: "record", name: "vault" } as const;
const DAYS = ["2026-11-18", "2026-11-19", "2026-11-20"].map(day);

function indexOf(acts: readonly Act[]): ReturnType<typeof indexDays> {
  const common = { prev: "", time: "2026-11-22T00:00:00.000Z", actor: "daybook" };
  return indexDays(acts.map((act, seq) => ({ seq, ...common, ...act })));
}

const sealed = DAYS.map((one): Act => ({
  type: "day-sealed",
  day: one,
  revision: 1,
  manifest_sha256: `m ${one}`,
}));

describe("the length of a sink's queue", () => {
  it("is counted once, and again when the ledger has grown", () => {
    const index = indexOf(sealed);
    const { days, behind, totals } = index;
    let unpacked = 0;
    const counted = {
      keys: () => days.keys(),
      get: (one: UtcDay) => {
        unpacked += 1;
        return days.get(one);
      },
    };
    const counting = { behind, totals, days: counted };

    expect([countPending(vault, counting), countPending(vault, counting)]).toEqual([3, 3]);
    expect(unpacked).toBe(3);
    const receipt = { day: day("2026-11-18"), revision: 1, manifest_sha256: "m", sink: "vault", records: 1 };
    const grown = indexOf([...sealed, { type: "sink-delivered", ...receipt }]);
    expect(countPending(vault, grown)).toBe(2);
  });

  it("grows again by what the sink has lost", () => {
    const receipts = DAYS.map((one): Act => ({
      type: "sink-delivered",
      day: one,
      revision: 1,
      manifest_sha256: `m ${one}`,
      sink: "vault",
      records: 1,
    }));
    const lost = { day: day("2026-11-19"), revision: 1, manifest_sha256: "m", sink: "vault" };
    const index = indexOf([...sealed, ...receipts, { type: "sink-failed", code: "SINK_LOST", ...lost }]);

    expect(countPending(vault, index)).toBe(1);
    expect(pendingFor(vault, index).map((one) => one.day)).toEqual(["2026-11-19"]);
    const unavailable = indexOf([
      ...sealed,
      ...receipts,
      { type: "sink-failed", code: "SINK_UNAVAILABLE", ...lost },
    ]);
    expect(countPending(vault, unavailable)).toBe(0);
  });
});

describe("the newest checks", () => {
  it("are those of the sinks that are configured", () => {
    const index = indexOf([
      { type: "fixity-checked", sink: "vault", days: 1, findings: 0 },
      { type: "fixity-checked", sink: "gone", days: 1, findings: 3 },
    ]);

    expect(index.fixityChecksOf(["vault", "new"]).map(({ sink }) => sink)).toEqual(["vault"]);
  });
});
