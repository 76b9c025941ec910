import { readFileSync, readdirSync, rmSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { describe, expect, it } from "vitest";
import { drawSample } from "../../src/audit/sample.js";
import { eachDay } from "../../src/model/utc-day.js";
import type { UtcDay } from "../../src/model/utc-day.js";
import { e2eRig, preparedRig } from "../support/e2e-rig.js";
import type { E2eOptions, E2eRig } from "../support/e2e-rig.js";
import { succeed } from "../support/retention-rig.js";

async function newArchive(options: E2eOptions = {}): Promise<E2eRig> {
  const rig = await e2eRig({ horizon: "6d", scenario: { eventsPerDay: 30 }, ...options });
  await succeed(rig, "archive");
  return rig;
}

interface Verified {
  readonly archives: readonly {
    readonly verdict: string;
    readonly sample: { readonly seed: string; readonly drawn: readonly string[] };
    readonly findings: readonly { readonly subject: string }[];
  }[];
  readonly views: readonly {
    readonly place: string;
    readonly days: readonly { readonly day: string; readonly result: string }[];
    readonly problem?: { readonly code: string };
  }[];
  readonly not_checked: readonly { readonly place: string }[];
}

async function verified(rig: E2eRig, ...argv: readonly string[]): Promise<{ exit: number; value: Verified }> {
  const { exit, value } = await rig.json("verify", ...argv);
  return { exit, value: value as Verified };
}

/** Spoils the record lines of every day, in a way that only reading them shows. */
function spoilEveryDay(vault: string): void {
  for (const name of readdirSync(vault, { recursive: true, encoding: "utf8" })) {
    if (!name.endsWith("events.ndjson.zst")) continue;
    const path = join(vault, name);
    const bytes = readFileSync(path);
    bytes[bytes.length - 1] = (bytes.at(-1) ?? 0) ^ 1;
    rmSync(path);
    writeFileSync(path, bytes);
  }
}

const archived = preparedRig(newArchive);

describe("drawing a sample", () => {
  const days = eachDay("2026-01-01" as UtcDay, "2026-12-31" as UtcDay);

  it("gives the same days for the same seed, others for another, and as many as asked for", () => {
    const drawn = drawSample(days, { seed: "a", size: { percent: 5 } });

    expect(drawn).toHaveLength(19);
    expect(drawSample(days.toReversed(), { seed: "a", size: { percent: 5 } })).toEqual(drawn);
    expect(drawSample(days, { seed: "b", size: { percent: 5 } })).not.toEqual(drawn);
    expect(drawSample(days, { seed: "a", size: { days: 1000 } })).toEqual(days);
    expect(drawSample(days, { seed: "a", size: { days: 3 } })).toHaveLength(3);
  });

  it("leaves no day out for ever", () => {
    const seeds = Array.from({ length: 400 }, (_, index) => String(index));
    const seen = new Set(seeds.flatMap((seed) => drawSample(days, { seed, size: { percent: 5 } })));

    expect(seen.size).toBe(365);
  });
});

describe("verify --sample", () => {
  it("reads the drawn days alone, and draws them again by the seed that it printed", async () => {
    const rig = await archived();
    spoilEveryDay(rig.vault);

    const { exit, value } = await verified(rig, "--sample", "2");
    const [archive] = value.archives;
    const { seed = "", drawn = [] } = archive?.sample ?? {};

    expect({ exit, drawn: drawn.length }).toEqual({ exit: 65, drawn: 2 });
    const named = (archive?.findings ?? []).map(({ subject }) => subject.slice(5, 15).replaceAll("/", "-"));
    expect([...new Set(named)].toSorted()).toEqual(drawn);
    const again = await rig.run("verify", "--sample", "50%", "--seed", seed);
    expect(again.err).toBe("");
    expect(again.out).toContain(
      `sample: 2 days by seed ${seed}; the others at level structure: ${drawn.join(", ")}`,
    );
  }, 60_000);

  it("is refused where it makes no sense", async () => {
    const rig = await archived();
    for (const wrong of [
      ["--sample", "0"],
      ["--sample", "101%"],
      ["--sample", "x"],
      ["--sample", "5%", "--level", "structure"],
      ["--seed", "a"],
    ])
      expect((await rig.run("verify", ...wrong)).exit).toBe(64);
  }, 60_000);
});

describe("what verify calls an archive", () => {
  it("is whole where somebody vouches for its key, and consistent where nobody does", async () => {
    const rig = await archived();
    const [key = ""] = readdirSync(join(rig.vault, "keys"));

    const configured = await rig.run("verify");
    const folder = await rig.run("verify", "--path", rig.vault);
    const withKey = await rig.run("verify", "--path", rig.vault, "--key", join(rig.vault, "keys", key));
    rmSync(rig.state, { recursive: true });
    const alone = await rig.run("verify");

    expect(configured.out).toContain("contoso in vault: whole; ");
    expect(withKey.out).toContain(": whole; ");
    for (const { exit, out } of [folder, alone]) {
      expect(exit).toBe(0);
      expect(out).toContain(": consistent; ");
      expect(out).toMatch(/signed by key [0-9a-f]{8} sha256:[0-9a-f]{64}, which nobody vouched for/);
    }
  }, 60_000);
});

describe("verify --all-sinks", () => {
  const LAKE = "  lake: { use: parquet, to: { use: local-files, path: @/lake } }\n";

  it("compares each day in each view sink by count and event set", async () => {
    const rig = await newArchive({ more: LAKE });

    const clean = await verified(rig, "--all-sinks");
    const days = clean.value.views[0]?.days ?? [];
    expect(clean).toMatchObject({ exit: 0, value: { views: [{ place: "contoso in lake" }] } });
    expect(days.length).toBeGreaterThan(2);
    expect(days.every(({ result }) => result === "as sealed")).toBe(true);

    // Of one day the view is gone, of another it is that of the day before.
    const files = readdirSync(join(rig.folder, "lake"), { recursive: true, encoding: "utf8" })
      .filter((name) => name.endsWith(".parquet"))
      .toSorted();
    rmSync(join(rig.folder, "lake", files[0] ?? ""));
    const changed = await verified(rig, "--all-sinks");
    expect(changed.exit).toBe(65);
    const results = changed.value.views[0]?.days.map(({ result }) => result) ?? [];
    expect(results.filter((result) => result === "missing" || result === "differs")).toHaveLength(1);
    expect((await rig.run("verify", "--all-sinks")).out).toMatch(/contoso in lake: DAMAGED;/);
    // Without the option the record sinks alone are looked at.
    expect((await rig.run("verify")).exit).toBe(0);
  }, 60_000);

  it("goes on where a sink has no archive, and ends with 66", async () => {
    const rig = await newArchive({ more: "  other: { use: local-files, path: @/other }\n" });
    rmSync(rig.vault, { recursive: true });
    expect((await rig.run("verify", "--sink", "other")).exit).toBe(0);

    const { exit, value } = await verified(rig, "--all-sinks");

    expect({ exit, value }).toMatchObject({
      exit: 66,
      value: { not_checked: [{ place: "contoso in vault" }], archives: [{ verdict: "whole" }] },
    });
  }, 60_000);
});
