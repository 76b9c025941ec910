import { createHash } from "node:crypto";
import { describe, expect, it } from "vitest";
import { auditJson } from "../../src/audit/audit-json.js";
import { coverDays } from "../../src/audit/coverage.js";
import { NOT_PROVED } from "../../src/audit/report-evidence.js";
import { renderReport } from "../../src/audit/report.js";
import type { DayProof, ReportInput } from "../../src/audit/report-input.js";
import { judgeReport } from "../../src/audit/report-verdict.js";
import { COMMANDS } from "../../src/cli/commands.js";
import type { DayState } from "../../src/model/day-state.js";
import type { Finding } from "../../src/model/finding.js";
import { NO_RETENTION } from "../../src/model/retention-record.js";
import { sha256Hex } from "../../src/model/sha256.js";
import { day } from "../support/archive-fixture.js";

const range = { from: day("2026-10-24"), to: day("2026-11-20") };

function sampleReport(stateOf: (day: string) => DayState, more: Partial<ReportInput> = {}): ReportInput {
  const isHeld = (of: string) => stateOf(of) === "sealed" || stateOf(of) === "closed";
  const coverage = coverDays(range, stateOf, (of) =>
    isHeld(of)
      ? { revision: of.endsWith("9") ? 2 : 1, events: 4000 + Number(of.slice(8)) * 37, reason: "scheduled" }
      : stateOf(of) === "lost"
        ? { explanation: "no connection to the source for four weeks" }
        : undefined,
  );
  const proofs = new Map<string, DayProof>(
    coverage.days
      .filter(({ day: of }) => isHeld(of))
      .map(({ day: of, events }) => [of, proofOf(of, events ?? 0)]),
  );
  return {
    tenant: "contoso",
    tenantId: "8d5b3f6e-2f0c-4f7e-9a51-3f1f0f6f2a11",
    archiveId: "0b9ff1c2-5a3e-4d0b-8d7e-1f2a3b4c5d6e",
    place: "sink vault",
    made: "2026-11-22T09:00:00.000Z",
    version: "0.1.0",
    coverage,
    proofs,
    level: "deep",
    findings: [],
    keys: [{ id: "9f3a01bc", fingerprint: sha256Hex("key") }],
    isVouched: true,
    head: {
      size: 87,
      origin: "daybook/2696dce5-e5bc-4712-9600-0b0f8f1a298a",
      root: `${"R".repeat(43)}=`,
      time: "2026-11-22T08:59:12.004Z",
    },
    witnessed: [],
    compression: "zstd",
    by: "ana@archive01",
    reader: null,
    retention: { record: NO_RETENTION, overdue: [], disposed: [] },
    copies: [],
    late: [],
    example: undefined,
    trail: [],
    ...more,
  };
}

function proofOf(of: string, events: number): DayProof {
  return {
    manifestSha256: sha256Hex(`m${of}`),
    eventSetSha256: sha256Hex(`e${of}`),
    sealed: `${of}T23:10:00.000Z`,
    pages: 26,
    requests: 26,
    delivered: events + 4,
    duplicates: 4,
    late: of.endsWith("9") ? 12 : 0,
  };
}

const finding: Finding = {
  code: "FILE_HASH",
  severity: "damage",
  subject: "days/2026/11/18/r0001/events.ndjson.zst",
  rule: "a file has the hash that a signed place gives",
  found: "<img src=x onerror=alert(1)>",
  expected: sha256Hex("expected"),
};

describe("renderReport", () => {
  it("escapes everything and forbids all scripts (fault 97)", () => {
    const hostile = `"'><script>alert(1)</script>&`;
    const page = renderReport(
      sampleReport((of) => (of === "2026-11-02" ? "lost" : "closed"), {
        tenant: hostile,
        place: hostile,
        version: hostile,
        findings: [{ ...finding, subject: hostile, rule: hostile }],
        keys: [{ id: hostile, fingerprint: hostile }],
      }),
    );

    expect(page).not.toMatch(/<script|<img|onerror=alert\(1\)>/i);
    expect(page).toContain("&lt;script&gt;alert(1)&lt;/script&gt;&amp;");
    expect(page).toContain("default-src 'none'");
  });

  it("names its one style by its hash and loads nothing", () => {
    const page = renderReport(sampleReport(() => "closed"));
    const style = /<style>([^]*)<\/style>/.exec(page)?.[1] ?? "";

    expect(page).toContain(`style-src 'sha256-${createHash("sha256").update(style).digest("base64")}'`);
    expect(page.match(/<style/g)).toHaveLength(1);
    expect(page).not.toMatch(/\s(?:src|href|style|on\w+)=/);
  });

  it("gives the same bytes for the same input", () => {
    expect(renderReport(sampleReport(() => "closed"))).toBe(renderReport(sampleReport(() => "closed")));
  });

  it("shows each hash whole: paper has no pointer to hold on it", () => {
    const page = renderReport(sampleReport(() => "closed"));

    for (const hash of [sha256Hex("m2026-11-20"), sha256Hex("e2026-11-20")]) expect(page).toContain(hash);
  });

  it("says under its banner and in its calendar which days are unusual", () => {
    const input = sampleReport(() => "closed");
    const days = input.coverage.days.map((one) =>
      one.day === "2026-11-16" ? { ...one, oddities: ["DAY_EMPTY"] } : one,
    );
    const page = renderReport({ ...input, coverage: { ...input.coverage, days } });

    expect(page).toContain("Unusual: 2026-11-16 DAY_EMPTY.");
    expect(page).toContain('title="2026-11-16: closed, unusual: DAY_EMPTY"');
    expect(page).toContain("<b>? unusual</b> 1: archived, but not as such days normally are");
    expect(renderReport(input)).not.toContain("<b>? unusual</b>");
  });

  it("counts no day before the archive began as missing", () => {
    const verdict = judgeReport(sampleReport((of) => (of < "2026-10-26" ? "before" : "closed")));

    expect(verdict.tone).toBe("whole");
    expect(verdict.reasons).toContain("2 days before the archive began.");
  });

  it("says up to where witnesses vouch for one history", () => {
    const witness = { name: "audit-dept", size: 80, atMs: Date.parse("2026-11-21T09:00:00.000Z") };

    const alone = renderReport(sampleReport(() => "closed"));
    const witnessed = renderReport(sampleReport(() => "closed", { witnessed: [witness] }));

    expect(alone).toContain("nobody but the operator vouches");
    expect(witnessed).toMatch(/audit-dept confirmed the first 80 entries at 2026-11-21 09:00[^]*UTC/);
    expect(auditJson(sampleReport(() => "closed", { witnessed: [witness] }))).toMatchObject({
      archive: { witnesses: [{ name: "audit-dept", size: 80, time: "2026-11-21T09:00:00.000Z" }] },
    });
  });

  it("names only options that there are in what it does not prove", () => {
    const named = NOT_PROVED.flatMap((text) => [...text.matchAll(/--[a-z-]+/g)].map(([option]) => option));
    const options = COMMANDS.flatMap((command) => command.options.map(({ flags }) => flags));

    expect(named.length).toBeGreaterThan(0);
    expect(named.filter((option) => !options.some((flags) => flags.startsWith(`${option} `)))).toEqual([]);
  });

  it("says why a day is lost", () => {
    const page = renderReport(sampleReport((of) => (of === "2026-11-02" ? "lost" : "closed")));

    expect(page).toContain("no connection to the source for four weeks");
  });
});

describe("judgeReport", () => {
  it("says whole only when every day is held and nothing was found", () => {
    expect(judgeReport(sampleReport(() => "closed"))).toMatchObject({
      tone: "whole",
      headline: "All 28 days are held and complete, and nothing was altered.",
    });
  });

  it.each([undefined, "structure"] as const)("does not claim what was not read (level %s)", (level) => {
    const whole = judgeReport(sampleReport(() => "closed", { level }));
    const missing = judgeReport(sampleReport((of) => (of < "2026-10-26" ? "lost" : "closed"), { level }));

    expect(whole.headline).not.toContain("altered");
    expect(missing.headline).not.toContain("altered");
  });

  it("claims no more than consistency where nobody vouches for the key", () => {
    const whole = judgeReport(sampleReport(() => "closed", { isVouched: false }));
    const missing = judgeReport(
      sampleReport((of) => (of < "2026-10-26" ? "lost" : "closed"), { isVouched: false }),
    );

    expect(whole).toMatchObject({
      tone: "consistent",
      headline: "All 28 days are held and complete, and consistent with their own signatures.",
    });
    expect(missing.headline).toBe(
      "2 days of 28 are missing. What is held is consistent with its own signatures.",
    );
    for (const { reasons } of [whole, missing])
      expect(reasons.at(-1)).toContain("Nobody vouched for the key");
  });

  it("weighs a missing day above the held ones", () => {
    const verdict = judgeReport(sampleReport((of) => (of < "2026-10-26" ? "lost" : "closed")));

    expect(verdict).toMatchObject({
      tone: "missing",
      headline: "2 days of 28 are missing. What is held is unaltered.",
    });
  });

  it("weighs damage above a missing day", () => {
    const input = sampleReport((of) => (of < "2026-10-26" ? "gap" : "closed"), { findings: [finding] });

    expect(judgeReport(input)).toMatchObject({
      tone: "damaged",
      headline: "This archive is damaged: 1 finding.",
    });
  });
});
