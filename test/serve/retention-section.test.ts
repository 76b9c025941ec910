import { describe, expect, it } from "vitest";
import { renderDayRetention, renderRetention } from "../../src/serve/retention-section.js";
import { viewTenant } from "../../src/view/tenant-view.js";
import type { Act } from "../../src/model/ledger-entry.js";
import type { UtcDay } from "../../src/model/utc-day.js";
import { APPROVAL, HOLD, PLAN, RULE_OF_MONTHS, UNREACHED, indexUnder } from "../support/retention-sample.js";
import { NOW_MS, quietTenant } from "../support/status-sample.js";

function section(...acts: readonly Act[]): string {
  const tenant = quietTenant("contoso", "2025-09-03", { index: indexUnder(...acts) });
  return textOf(String(renderRetention(tenant, viewTenant(tenant, NOW_MS))));
}

function dayText(day: string, ...acts: readonly Act[]): string {
  const tenant = quietTenant("contoso", "2025-09-03", { index: indexUnder(...acts) });
  return textOf(String(renderDayRetention(tenant, day as UtcDay)));
}

/** Without tags, one space between words. */
function textOf(page: string): string {
  return page
    .replaceAll(/<[^>]*>/g, " ")
    .replaceAll(/\s+/g, " ")
    .trim();
}

describe("the status page on retention", () => {
  it("says nothing while nothing is held, planned or due", () => {
    expect(section({ ...RULE_OF_MONTHS, keep: "7y" } as Act)).toBe("");
  });

  it("tells how many days are due, the holds with what they did not reach, and who approved a plan", () => {
    const text = section(RULE_OF_MONTHS, HOLD, UNREACHED, PLAN, APPROVAL);

    expect(text).toContain("37 days are past retention and not held, 2025-09-11 first.");
    expect(text).toContain("H0001 M-2026-014 the first day to 2025-09-10");
    expect(text).toContain("not reached: vault");
    expect(text).toMatch(/P0001 drawn 0 of 7 destroyed .* by ana records-manager/);
  });
});

describe("the page of a day on retention", () => {
  it("tells rule, end and holds", () => {
    const text = dayText("2025-09-05", RULE_OF_MONTHS, HOLD);

    expect(text).toContain("Schedule FIN-07 (HGB section 257)");
    expect(text).toContain("Kept until 2026-10-11, 400d after its end");
    expect(text).toContain("Holds H0001 (M-2026-014)");
  });

  it("says that a day is kept for ever", () => {
    expect(dayText("2025-09-05", { ...RULE_OF_MONTHS, keep: "forever" } as Act)).toContain(
      "Kept until forever",
    );
  });

  it("names plan and tombstone of a day that was destroyed", () => {
    const day = "2025-09-05" as UtcDay;
    const index = indexUnder(RULE_OF_MONTHS);
    const record = index.days.get(day);
    if (record === undefined) throw new TypeError(day);
    const tombstoneSha256 = "ab".repeat(32);
    const disposed = [{ revision: 1, tombstoneSha256, plan: "P0001", at: NOW_MS }];
    const days = new Map(index.days).set(day, {
      ...record,
      disposing: { plan: "P0001", seq: 9, at: NOW_MS },
      disposed,
    });
    const tenant = quietTenant("contoso", "2025-09-03", { index: { ...index, days } });

    const text = textOf(String(renderDayRetention(tenant, day)));

    expect(text).toMatch(/Revision 1 destroyed .* under P0001; tombstone (ab){32}/);
    expect(text).toContain("daybook dispose report P0001 --tenant contoso prints the certificate.");
  });
});
