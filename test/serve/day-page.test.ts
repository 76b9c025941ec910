import { describe, expect, it } from "vitest";
import type { DayIncident } from "../../src/ledger/day-index.js";
import { renderDayPage } from "../../src/serve/day-page.js";
import { coverRange } from "../../src/serve/year.js";
import { indexOfDays } from "../support/indexed.js";
import { NOW_MS, dayOf, quietTenant, sealedDay, snapshotOf } from "../support/status-sample.js";

const DAY = dayOf("2026-11-10");

/** The page of a sealed day about which these were remarked. */
function pageOf(...incidents: readonly DayIncident[]): string {
  const contoso = quietTenant("contoso", "2026-11-01");
  const days = new Map(contoso.index?.days).set(DAY, sealedDay(DAY, { incidents }));
  const tenant = { ...contoso, index: indexOfDays(days) };
  const context = { snapshot: snapshotOf(tenant), nowMs: NOW_MS, version: "0.1.0" };
  const [covered] = coverRange(tenant, { from: DAY, to: DAY }, NOW_MS).days;
  if (covered === undefined) throw new TypeError(DAY);
  return renderDayPage(context, tenant, covered, []);
}

describe("the page of a day", () => {
  it("says what was odd about it, with the numbers", () => {
    const subject = "2026-11-10: found 5 events, expected about 480";

    const page = pageOf({ code: "DAY_QUIET", subject, at: NOW_MS });

    expect(page).toContain("<h2>Unusual</h2>");
    expect(page).toContain(`<code>DAY_QUIET</code> ${subject}`);
  });

  it("has no such part where nothing was", () => {
    expect(pageOf()).not.toContain("Odd</h2>");
  });

  it("shows no character that turns the text around or ends it", () => {
    const page = pageOf({ code: "DAY_QUIET", subject: "a\u202Eb\u001B[31mc\u0000d", at: NOW_MS });

    expect(page).toMatch(/a\S+b\S+c\S+d/);
    // oxlint-disable-next-line no-control-regex -- they are what must not be there
    expect(page).not.toMatch(/[\u202E\u001B\u0000]/);
  });

  it("escapes what it says (fault 97)", () => {
    const page = pageOf({ code: "<script>", subject: `"'><script>alert(1)</script>&`, at: NOW_MS });

    expect(page).not.toContain("<script>");
    expect(page).toContain("&lt;script&gt;");
  });
});
