import { describe, expect, it } from "vitest";
import type { TenantSnapshot } from "../../src/daemon/state.js";
import { eachDay } from "../../src/model/utc-day.js";
import { healthOf } from "../../src/serve/health.js";
import { renderOverview, renderTenantPage } from "../../src/serve/overview-page.js";
import type { PageContext } from "../../src/serve/overview-page.js";
import { judgeStatus } from "../../src/serve/verdict.js";
import { viewTenant } from "../../src/view/tenant-view.js";
import { rangeShown, yearsOf } from "../../src/serve/year.js";
import {
  NOW_MS,
  TODAY,
  alarm,
  dayOf,
  quietTenant,
  sealedDay,
  snapshotOf,
  troubledTenant,
} from "../support/status-sample.js";
import { indexOfDays } from "../support/indexed.js";

const context = (...tenants: readonly TenantSnapshot[]): PageContext => ({
  snapshot: snapshotOf(...tenants),
  nowMs: NOW_MS,
  version: "0.1.0",
});

/** Days of a tenant that the page links, in its order. */
function linkedDays(page: string, tenant: string): readonly string[] {
  return [...page.matchAll(new RegExp(`href="/tenants/${tenant}/days/([0-9-]+)" title`, "g"))].map(
    ([, day]) => day ?? "",
  );
}

/** What the page says of sign-in and preflight, without markup. */
function contactRows(page: string): string {
  const rows = /<dt>Last sign-in[\s\S]*?<dt>Pending/.exec(page)?.[0] ?? "";
  return rows.replaceAll(/<[^>]+>|\s+/g, " ").replaceAll(/ +/g, " ");
}

describe("the status page", () => {
  it("has every day of the last twelve months once, newest month first", () => {
    const page = renderOverview(context(quietTenant("contoso")));
    const days = linkedDays(page, "contoso");

    expect(days.toSorted()).toEqual(eachDay(dayOf("2025-12-01"), TODAY));
    expect(days[0]).toBe("2026-11-01");
    expect(days.at(-1)).toBe("2025-12-31");
  });

  it("shows each day in its state, with its events", () => {
    const page = renderOverview(context(troubledTenant("fabrikam")));
    const titleOf = (day: string): string | undefined =>
      new RegExp(`title="${day}: ([^"]+)"`).exec(page)?.[1];

    expect(titleOf("2026-10-27")).toBe("gap");
    expect(titleOf("2026-11-20")).toBe("due");
    expect(titleOf("2026-11-22")).toBe("open");
    expect(titleOf("2026-07-12")).toBe("lost");
    expect(titleOf("2026-11-16")).toMatch(/^sealed, .* events, unusual: DAY_EMPTY$/);
    expect(titleOf("2026-11-10")).toBe("sealed, 2,593 events");
    expect(titleOf("2026-06-10")).toMatch(/^closed, .* events$/);
  });

  it("shows when the newest sign-in and preflight were and how they ended; a failed one needs attention", () => {
    const quiet = quietTenant("contoso");
    const failure = {
      code: "AADSTS7000215",
      message: "sign-in: found <a refusal>, expected a token",
      hint: "renew the secret",
      kind: "refused",
    } as const;
    const preflight = { atMs: NOW_MS - 60_000, okMs: undefined, failure };
    const refused = { ...quiet, source: { ...quiet.source, preflight } };
    const alarms = viewTenant(refused, NOW_MS)
      .alarms.filter(({ kind }) => kind === "sign-in-refused")
      .map((found) => ({ ...found, sinceMs: NOW_MS }));
    expect(contactRows(renderTenantPage(context(), quiet))).toMatch(
      /Last sign-in accepted .* 1 h ago Last preflight passed .* 41 d ago/,
    );
    expect(contactRows(renderTenantPage(context(), refused))).toMatch(
      /Last preflight failed .* ago sign-in: found &lt;a refusal&gt;, expected a token; renew the secret \( AADSTS7000215 \)/,
    );
    expect(judgeStatus(snapshotOf(quiet), NOW_MS).tone).toBe("whole");
    expect(judgeStatus(snapshotOf({ ...refused, alarms }), NOW_MS)).toMatchObject({
      tone: "missing",
      headline: "1 alarm needs attention.",
    });
  });

  it("counts down to each deadline, the nearest first", () => {
    const page = renderTenantPage(context(), troubledTenant("fabrikam"));
    const left = [...page.matchAll(/<td>\s*(?:<span class="soon">)?(\d+ d[^<]*)/g)].map(([, text]) =>
      text?.trim(),
    );

    expect(left).toEqual(["1 d 5 h", "2 d 5 h", "19 d 5 h", "25 d 5 h"]);
  });

  it("shows a number of events only for the newest revision", () => {
    const day = dayOf("2026-11-10");
    const contoso = quietTenant("contoso", "2026-11-01");
    const record = sealedDay(day);
    const revisions = [...record.revisions, { revision: 2, manifestSha256: "ab", sealedAt: NOW_MS }];
    const days = new Map(contoso.index?.days).set(day, { ...record, revisions });

    const page = renderTenantPage(context(), { ...contoso, index: indexOfDays(days) });

    expect(page).toContain(`title="2026-11-10: sealed, revision 2"`);
  });

  it("gives each of many tenants a row, those in need first", () => {
    const quiet = quietTenant("contoso", "2026-10-01");
    const tenants = [
      ...Array.from({ length: 99 }, (_, at) => ({ ...quiet, tenant: `tenant-${at}` })),
      troubledTenant("fabrikam"),
    ];

    const page = renderOverview(context(...tenants));
    const rows = [...page.matchAll(/<th scope="row">\s*<a href="\/tenants\/([a-z0-9-]+)"/g)].map(
      ([, name]) => name,
    );

    expect(rows).toHaveLength(100);
    expect(rows[0]).toBe("fabrikam");
    expect(page.length).toBeLessThan(150_000);
  });

  it("escapes everything and has no script (fault 97)", () => {
    const hostile = `"'><script>alert(1)</script>&`;
    const tenant = {
      ...quietTenant("contoso", "2026-11-01"),
      alarms: [alarm("tenant-failing", hostile)],
      sinks: [{ sink: hostile, kind: "view" as const, behind: 0, failure: undefined }],
      verifications: [{ sink: hostile, atMs: NOW_MS, days: 1, findings: 1 }],
    };

    const page = renderOverview({ ...context(tenant), version: hostile });

    expect(page).not.toContain("<script");
    expect(page).not.toMatch(/ (on[a-z]+|style)=/);
    expect(page.match(/&lt;script&gt;alert\(1\)/g)).toHaveLength(4);
  });

  it("is the same text for the same state and clock", () => {
    const [first, second] = [1, 2].map(() => renderOverview(context(troubledTenant("fabrikam"))));

    expect(first).toBe(second);
  });

  it("names the days kept back, the error, and when they are tried again", () => {
    const page = renderTenantPage(context(), troubledTenant("fabrikam"));
    const table = page.slice(page.indexOf("Days kept back"));

    expect(table).toContain("SOURCE_UNAVAILABLE");
    expect(table).toContain('href="/tenants/fabrikam/days/2026-11-14"');
    expect(renderTenantPage(context(), quietTenant("contoso"))).not.toContain("Days kept back");
  });

  it("says so where the archive could not be opened", () => {
    const page = renderOverview(
      context({ ...quietTenant("contoso"), condition: "failing", index: undefined }),
    );

    expect(page).toContain("The archive is not open");
    expect(page).not.toContain("up to date");
  });
});

describe("rangeShown", () => {
  it("is a calendar year where one is asked for, within what the archive could have", () => {
    const contoso = quietTenant("contoso");

    expect(yearsOf(contoso, NOW_MS)).toEqual(["2026", "2025"]);
    expect(rangeShown(contoso, NOW_MS, "2025")).toEqual({ from: "2025-09-03", to: "2025-12-31" });
    expect(rangeShown(contoso, NOW_MS, "2026")).toEqual({ from: "2026-01-01", to: TODAY });
    expect(rangeShown(contoso, NOW_MS, "2024")).toBeUndefined();
  });
});

describe("judgeStatus", () => {
  it("is good when no person is needed", () => {
    expect(judgeStatus(snapshotOf(quietTenant("contoso")), NOW_MS).tone).toBe("whole");
  });

  it("never leaves lost days unsaid", () => {
    const fabrikam = { ...troubledTenant("fabrikam"), alarms: [] };

    const { reasons } = judgeStatus(snapshotOf(quietTenant("contoso"), fabrikam), NOW_MS);

    expect(reasons.join(" ")).toContain("3 days are lost:");
  });

  it("weighs an altered archive more than anything else", () => {
    const damaged = { ...quietTenant("b"), alarms: [alarm("integrity-failure", "altered")] };

    const verdict = judgeStatus(snapshotOf(troubledTenant("a"), damaged), NOW_MS);

    expect(verdict).toMatchObject({ tone: "damaged", tenants: ["a", "b"] });
  });

  it("is not good before the daemon is ready", () => {
    expect(judgeStatus({ ...snapshotOf(quietTenant("contoso")), phase: "starting" }, NOW_MS).tone).toBe(
      "missing",
    );
  });
});

describe("healthOf", () => {
  it("blames nobody for a tenant that waits for a person, or a source that is down", () => {
    const stopped = { ...quietTenant("a"), condition: "stopped" as const, nextPassMs: undefined };
    const late = { ...quietTenant("b"), nextPassMs: NOW_MS - 3_600_000 };

    expect(healthOf(snapshotOf(stopped, late, troubledTenant("c")), NOW_MS)).toEqual({
      ok: true,
      text: "ok",
    });
  });
});
