import { describe, expect, it } from "vitest";
import { AlarmBook } from "../../src/daemon/alarm-book.js";
import { alarmsOf } from "../../src/view/alarms.js";
import type { AlarmFound, TenantFindings } from "../../src/view/alarms.js";
import { DaybookError } from "../../src/model/errors.js";
import { DAY_MS, parseUtcDay } from "../../src/model/utc-day.js";

const NOTHING: TenantFindings = {
  days: { overdue: [], beyondSaving: [] },
  failure: undefined,
  trouble: undefined,
  sinks: [],
  certificate: undefined,
  verifications: [],
  retention: { holds: [], plans: [], overdue: [], unsignedRoster: undefined },
  witnesses: { contradicted: [], late: undefined },
};

const behind: AlarmFound = { kind: "sink-behind", subject: "vault", text: "vault is full" };

describe("alarmsOf", () => {
  it("finds nothing where all is well", () => {
    expect(alarmsOf({ ...NOTHING, verifications: [{ sink: "vault", findings: 0 }] })).toEqual([]);
  });

  it("tells the days at risk in one alarm, with the nearest deadline", () => {
    const day = parseUtcDay("2026-03-12");
    if (day === undefined) throw new TypeError("day");
    const risk = { day, dueMs: 0, deadlineMs: Date.parse("2026-04-09T00:00:00Z"), doneMs: 0 };

    const [alarm] = alarmsOf({ ...NOTHING, days: { overdue: [risk, risk], beyondSaving: [] } });

    expect(alarm).toMatchObject({ kind: "days-overdue", days: [day, day], deadlineMs: risk.deadlineMs });
  });

  it.each([
    ["ACCESS_DENIED", "sign-in-refused"],
    ["ARCHIVE_DAMAGED", "integrity-failure"],
    ["DISK_FULL", "tenant-failing"],
  ] as const)("makes of %s the alarm %s", (code, kind) => {
    const [alarm] = alarmsOf({ ...NOTHING, failure: new DaybookError(code, { message: "m" }) });

    expect(alarm?.kind).toBe(kind);
  });

  it("tells a sink that is down from one that holds other bytes", () => {
    const sinks = [
      { sink: "lake", failure: new DaybookError("SINK_UNAVAILABLE", { message: "m" }) },
      { sink: "vault", failure: new DaybookError("SINK_CONFLICT", { message: "m" }) },
    ];

    expect(alarmsOf({ ...NOTHING, sinks }).map(({ kind, subject }) => [kind, subject])).toEqual([
      ["sink-behind", "lake"],
      ["integrity-failure", "vault"],
    ]);
  });

  it("tells a certificate that nears its end, and findings of the last verification", () => {
    const certificate = { expiresAtMs: 0, daysLeft: 13, warning: "near" } as const;
    const verifications = [{ sink: "vault", findings: 2 }];

    expect(alarmsOf({ ...NOTHING, certificate, verifications }).map(({ kind }) => kind)).toEqual([
      "integrity-failure",
      "certificate-expiring",
    ]);
  });
});

describe("AlarmBook", () => {
  it("tells an alarm once when it begins", () => {
    const book = new AlarmBook();

    expect(book.update([behind], 1_000).begun).toEqual([{ ...behind, sinceMs: 1_000 }]);
    expect(book.update([behind], 2_000)).toEqual({ begun: [], lasting: [], over: [] });
  });

  it("tells it again daily while it lasts", () => {
    const book = new AlarmBook();
    book.update([behind], 0);

    const told = [DAY_MS - 1, DAY_MS, DAY_MS + 1, 2 * DAY_MS].map(
      (nowMs) => book.update([behind], nowMs).lasting.length,
    );

    expect(told).toEqual([0, 1, 0, 1]);
  });

  it("tells once when it is over, and anew when it comes back", () => {
    const book = new AlarmBook();
    book.update([behind], 0);

    expect(book.update([], 5).over).toEqual([{ ...behind, sinceMs: 0 }]);
    expect(book.update([], 6).over).toEqual([]);
    expect(book.update([behind], 7).begun).toHaveLength(1);
  });

  it("keeps two sinks apart, and takes the newest text", () => {
    const book = new AlarmBook();
    book.update([behind], 0);

    const { begun } = book.update(
      [
        { ...behind, text: "vault is fuller" },
        { ...behind, subject: "lake" },
      ],
      1,
    );

    expect(begun.map(({ subject }) => subject)).toEqual(["lake"]);
    expect(book.standing.map(({ text }) => text)).toEqual(["vault is fuller", "vault is full"]);
  });
});
