import { createHash } from "node:crypto";
import { existsSync, readFileSync, readdirSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { describe, expect, it } from "vitest";
import { DAY_MS } from "../../src/model/utc-day.js";
import { e2eRig, preparedRig } from "../support/e2e-rig.js";
import type { E2eRig } from "../support/e2e-rig.js";
import { ANA, BEN, retentionRig, succeed } from "../support/retention-rig.js";

interface Audit {
  readonly verdict: { readonly word: string; readonly sentence: string };
  readonly counts: Readonly<Record<string, number>>;
  readonly days: readonly { readonly day: string; readonly state: string; readonly events: number | null }[];
  readonly trail: readonly { readonly type: string; readonly text: string }[];
  readonly copies: readonly { readonly sink: string; readonly now: string }[];
  readonly findings: readonly { readonly code: string }[];
  readonly retention: {
    readonly holds: readonly { readonly hold: string; readonly released_at: string | null }[];
    readonly plans: readonly { readonly plan: string; readonly state: string }[];
    readonly disposed: readonly string[];
  };
  readonly completeness_example: { readonly pages: readonly object[] };
}

async function auditOf(rig: E2eRig, ...argv: readonly string[]): Promise<{ exit: number; audit: Audit }> {
  const { exit, out } = await rig.run("audit", "--format", "json", ...argv);
  return { exit, audit: JSON.parse(out) as Audit };
}

const archived = preparedRig(async () => {
  const rig = await e2eRig({ horizon: "4d" });
  await succeed(rig, "archive");
  return rig;
});

describe("the audit report", () => {
  it("tells the same of an archive in a sink and in a folder, and leaves a trace only in the own one", async () => {
    const rig = await archived();
    const range = ["--from", "2026-11-19", "--to", "2026-11-20"];

    const own = await auditOf(rig, ...range);
    const before = readdirSync(rig.vault, { recursive: true }).length;
    const folder = await auditOf(rig, ...range, "--path", rig.vault);

    expect(own).toMatchObject({
      exit: 0,
      audit: { verdict: { word: "whole" }, counts: { closed: 2, lost: 0 } },
    });
    expect(own.audit.copies).toMatchObject([
      {
        sink: "vault",
        days: 2,
        now: expect.stringMatching(/^audited at level content; cannot protect a day: no locks with a date/),
      },
    ]);
    expect(own.audit.completeness_example.pages.length).toBeGreaterThanOrEqual(24);
    // A folder does not say when the source drops a day.
    const asSealed = own.audit.days.map((one) => ({ ...one, state: "sealed" }));
    expect(folder.audit.days).toEqual(asSealed);
    expect(readdirSync(rig.vault, { recursive: true })).toHaveLength(before);
    // The first report is an act that the second tells of.
    expect(own.audit.trail.map(({ type }) => type)).not.toContain("audit-made");
    expect(folder.audit.trail.at(-1)).toMatchObject({ type: "audit-made" });
  }, 60_000);

  it("has every form in a new folder, with hashes and the head to keep", async () => {
    const rig = await archived();
    const out = join(rig.folder, "q4");

    await succeed(rig, "audit", "--format", "all", "--out", out, "--for", "<internal> audit");

    const sums = readFileSync(join(out, "SHA256SUMS"), "utf8").trimEnd().split("\n");
    for (const line of sums) {
      const [hash, name = ""] = line.split("  ");
      expect(
        createHash("sha256")
          .update(readFileSync(join(out, name)))
          .digest("hex"),
      ).toBe(hash);
    }
    expect(sums.map((line) => line.split("  ")[1])).toEqual(
      expect.arrayContaining(["audit.html", "audit.json", "days.csv", "trail.csv", "head"]),
    );
    const page = readFileSync(join(out, "audit.html"), "utf8");
    expect(page).toContain("for &lt;internal&gt; audit");
    expect(page).not.toMatch(/<script/);
    const kept = join(out, "head");
    const compared = await succeed(rig, "verify", "--heads", kept);
    expect(compared).toContain("compared with 1 head kept elsewhere");
    const again = await rig.run("audit", "--format", "all", "--out", out);
    expect(again).toMatchObject({ exit: 64 });
  }, 60_000);

  it("ends with 65 and names what is altered", async () => {
    const rig = await archived();
    const path = join(rig.vault, "days/2026/11/20/r0001/manifest.json");
    writeFileSync(path, readFileSync(path, "utf8").replace('"revision": 1', '"revision": 2'));

    const { exit, audit } = await auditOf(rig, "--path", rig.vault);

    expect(exit).toBe(65);
    expect(audit.verdict.word).toBe("damaged");
    expect(audit.findings.map(({ code }) => code)).toContain("FILE_HASH");
    expect(audit.days.find(({ day }) => day === "2026-11-20")).toMatchObject({ events: null });
  }, 60_000);

  it("ends with 67 where days are lost, and says so first", async () => {
    const rig = await archived();
    rig.clock.advance(6 * DAY_MS);
    await rig.run("archive");

    const { exit, out, err } = await rig.run("audit", "--out", "a.html");

    expect({ exit, err }).toEqual({ exit: 67, err: "" });
    expect(out).toMatch(/a.html: \d days? of \d+ (is|are) missing/);
    expect(existsSync(join(rig.folder, "a.html"))).toBe(true);
  }, 60_000);

  it("tells of holds, plans and destroyed days, and with 68 of those past their retention", async () => {
    const rig = await retentionRig();
    await succeed(rig, "people", "apply");
    const hold = ["--matter", "M-1", "--reason", "a letter", "--from", "2026-11-19", "--to", "2026-11-19"];
    await succeed(rig, "hold", "place", ...hold, ...BEN);
    rig.clock.advance(400 * DAY_MS);
    const range = ["--from", "2026-11-19", "--to", "2026-11-20"];
    expect((await auditOf(rig, ...range)).exit).toBe(68);
    await succeed(rig, "dispose", "plan");
    await succeed(rig, "dispose", "approve", "P0001", ...ANA);
    await succeed(rig, "dispose", "approve", "P0001", ...BEN);
    await succeed(rig, "dispose", "run", "P0001");

    const { exit, audit } = await auditOf(rig, ...range);

    expect(exit).toBe(0);
    expect(audit.retention).toMatchObject({
      holds: [{ hold: "H0001", released_at: null }],
      plans: [{ plan: "P0001", state: "finished" }],
      disposed: ["2026-11-20"],
    });
    expect(audit.days).toMatchObject([
      { day: "2026-11-19", state: "closed" },
      { day: "2026-11-20", state: "disposed" },
    ]);
    const texts = audit.trail.map(({ text }) => text);
    expect(texts).toContain("legal-counsel approved P0001");
    expect(texts).toContain("2026-11-20 is destroyed under P0001");
    expect(texts.join()).not.toContain("a letter");
  }, 60_000);
});
