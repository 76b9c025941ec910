import { describe, expect, it } from "vitest";
import { tenantText } from "../../src/cli/status-text.js";
import type { TenantStatus } from "../../src/cli/tenant-status.js";
import type { UtcDay } from "../../src/model/utc-day.js";

const NOW_MS = Date.parse("2026-11-22T12:00:00Z");
const day = (text: string): UtcDay => text as UtcDay;
const gap = (text: string, deadline: string): TenantStatus["gaps"][number] => ({ day: day(text), deadline });

const QUIET: TenantStatus = {
  tenant: "contoso",
  readable: true,
  newest_sealed: day("2026-11-20"),
  gaps: [],
  due: 0,
  re_readings_due: 0,
  re_readings: { unchanged: 0, changed: [], shrank: [] },
  lost: 0,
  oddities: [],
  kept_back: [],
  overdue: [],
  beyond_saving: [],
  requests: { left: 180, per_hour: 180 },
  backlog: { requests: 0, done_by: null },
  sinks_behind: [],
  verified: [],
  witnesses: [],
  certificate: null,
  last_answer: null,
  last_sign_in: null,
  last_preflight: null,
  retention: { holds: [], plans: [], overdue: [] },
  alarms: [],
};

describe("the text of status", () => {
  it("is one line where nothing needs a person", () => {
    expect(tenantText(QUIET, NOW_MS)).toBe(
      "contoso: sealed to 2026-11-20; no gap; 180 of 180 requests left; sinks up to date",
    );
  });

  it.each([
    ["2026-11-22T11:30:00.000Z", "source answered within the hour"],
    ["2026-11-21T12:00:00.000Z", "source answered 24 h ago"],
    ["2026-11-19T11:59:00.000Z", "source answered 3 d ago"],
  ])("says how long ago the source answered: at %s", (last_answer, words) => {
    expect(tenantText({ ...QUIET, last_answer }, NOW_MS)).toBe(
      `contoso: sealed to 2026-11-20; no gap; ${words}; 180 of 180 requests left; sinks up to date`,
    );
  });

  it("tells how the newest sign-in and preflight ended", () => {
    const last_sign_in = { time: "2026-11-22T11:30:00.000Z", ok: true };
    const why = { code: "NETWORK_TIMEOUT", message: "activity-log: no answer", hint: "try later" };
    const last_preflight = { time: "2026-11-22T11:31:00.000Z", ok: false, ...why };

    expect(tenantText({ ...QUIET, last_sign_in, last_preflight }, NOW_MS).split("\n")[1]).toBe(
      "  last sign-in 2026-11-22T11:30Z: accepted; last preflight 2026-11-22T11:31Z: FAILED (NETWORK_TIMEOUT)",
    );
  });

  it("tells the deadline of each gap, days that follow each other in one line", () => {
    const gaps = [
      gap("2026-10-27", "2026-11-24T00:00:00.000Z"),
      gap("2026-10-28", "2026-11-25T00:00:00.000Z"),
      gap("2026-11-02", "2026-11-30T00:00:00.000Z"),
    ];

    expect(
      tenantText({ ...QUIET, gaps }, NOW_MS)
        .split("\n")
        .slice(1),
    ).toEqual([
      "  gaps 2026-10-27 to 2026-10-28: the source forgets them from 2026-11-24T00:00Z (36 h left) to 2026-11-25T00:00Z (2 d left), one a day",
      "  gap 2026-11-02: the source forgets it from 2026-11-30T00:00Z (7 d left) on",
    ]);
  });

  it("tells what the last re-readings found, what was read back, and the alarms first", () => {
    const status: TenantStatus = {
      ...QUIET,
      re_readings: {
        unchanged: 12,
        changed: [{ day: day("2026-11-03"), revision: 2 }],
        shrank: [{ day: day("2026-11-04"), missing: 3 }],
      },
      verified: [{ sink: "vault", time: "2026-11-20T09:07:00.000Z", days: 14, findings: 1 }],
      oddities: [{ day: day("2026-11-16"), code: "DAY_EMPTY", found: "found 0 events, expected about 240" }],
      alarms: [{ alarm: "integrity-failure", subject: "vault fixity", text: "1 file" }],
    };

    expect(tenantText(status, NOW_MS).split("\n").slice(1)).toEqual([
      "  ALARM integrity-failure: 1 file",
      "  re-readings of the last 7 days: 12 without a change, 2026-11-03 now revision 2, 2026-11-04 given with 3 records fewer",
      "  2026-11-16 is unusual: found 0 events, expected about 240 (DAY_EMPTY)",
      "  vault read back at 2026-11-20T09:07Z: 14 revisions, 1 file NOT as sealed",
    ]);
  });

  it("claims nothing of an archive that cannot be read", () => {
    expect(tenantText({ ...QUIET, readable: false }, NOW_MS)).toBe("contoso: the archive CANNOT BE READ");
  });
});
