import { describe, expect, it } from "vitest";
import { DaybookError } from "../../src/model/errors.js";
import { DAY_MS, addDays } from "../../src/model/utc-day.js";
import { coverRange } from "../../src/serve/year.js";
import { dayStates, viewTenant } from "../../src/view/tenant-view.js";
import { NOW_MS, TODAY, dayOf, quietTenant, troubledTenant } from "../support/status-sample.js";

describe("viewTenant", () => {
  it.each([0, 1, 11, 27, 28, 29, 200])("counts what a calendar of all days shows, %i days later", (days) => {
    const nowMs = NOW_MS + days * DAY_MS;

    for (const tenant of [
      troubledTenant("fabrikam"),
      quietTenant("contoso"),
      quietTenant("young", "2026-11-10"),
    ]) {
      const { counts, range } = viewTenant(tenant, nowMs);
      expect(counts).toEqual(coverRange(tenant, range, nowMs).counts);
    }
  });

  it("lists the days that are due, the nearest deadline first, and what reading them takes", () => {
    const view = viewTenant(troubledTenant("fabrikam"), NOW_MS);

    expect(view.missing.map(({ day, state }) => `${day} ${state}`)).toEqual([
      "2026-10-27 gap",
      "2026-10-28 gap",
      "2026-11-14 gap",
      "2026-11-20 due",
    ]);
    expect(view.missing[0]?.deadlineMs).toBe(Date.parse("2026-11-24T00:00:00Z"));
    expect(view.backlog).toMatchObject({ days: 4 + view.reReadingsDue, requests: 26 * view.backlog.days });
  });

  it("names the unusual days that the source still serves", () => {
    expect(viewTenant(troubledTenant("fabrikam"), NOW_MS).oddities).toMatchObject([
      { day: "2026-11-16", code: "DAY_EMPTY" },
    ]);
    expect(viewTenant(troubledTenant("fabrikam"), NOW_MS + 22 * DAY_MS).oddities).toEqual([]);
  });

  it("names the days kept back until the source drops them", () => {
    const troubled = troubledTenant("fabrikam");

    expect(viewTenant(troubled, NOW_MS).keptBack).toMatchObject([
      { day: "2026-11-14", code: "SOURCE_UNAVAILABLE", failures: 2 },
    ]);
    expect(viewTenant(troubled, NOW_MS + 22 * DAY_MS).keptBack).toEqual([]);
  });

  it("keeps days before the archive began apart from lost ones", () => {
    const young = quietTenant("young", "2026-11-10");
    const stateOf = dayStates(young, NOW_MS + 60 * DAY_MS);

    expect(stateOf(dayOf("2026-11-09"))).toBe("before");
    expect(stateOf(dayOf("2026-11-10"))).toBe("closed");
    expect(stateOf(dayOf("2026-11-21"))).toBe("lost");
    expect(dayStates({ ...young, index: undefined }, NOW_MS)(dayOf("2026-10-25"))).toBe("before");
  });

  it("passes over lost days when it says which day is the newest sealed one", () => {
    expect(viewTenant(quietTenant("contoso"), NOW_MS).newestSealed).toBe(addDays(TODAY, -3));
  });

  it("raises an alarm for overdue days, failing sinks, failed passes and findings", () => {
    const troubled = troubledTenant("fabrikam");
    const kinds = viewTenant(
      {
        ...troubled,
        failure: new DaybookError("ACCESS_DENIED", { message: "m" }),
        verifications: [{ sink: "vault", atMs: NOW_MS, days: 1, findings: 2 }],
      },
      NOW_MS,
    ).alarms.map(({ kind, subject }) => `${kind} ${subject}`.trim());

    expect(kinds).toEqual([
      "days-overdue",
      "sign-in-refused",
      "sink-behind lake",
      "integrity-failure vault fixity",
      "certificate-expiring",
    ]);
  });

  it("claims nothing of an archive that is not open", () => {
    const view = viewTenant({ ...quietTenant("contoso"), index: undefined }, NOW_MS);

    expect(view).toMatchObject({ missing: [], overdue: [], newestSealed: undefined, backlog: { days: 0 } });
    expect(Object.values(view.counts).every((count) => count === 0)).toBe(true);
    expect(view.range).toEqual({ from: dayOf("2026-10-26"), to: TODAY });
  });
});
