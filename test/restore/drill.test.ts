import { readFileSync, readdirSync, rmSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { describe, expect, it } from "vitest";
import { nodeFiles } from "../../src/io/node-files.js";
import { DaybookError } from "../../src/model/errors.js";
import { e2eRig, preparedRig } from "../support/e2e-rig.js";
import type { E2eRig } from "../support/e2e-rig.js";
import { succeed } from "../support/retention-rig.js";

const archived = preparedRig(async () => {
  const rig = await e2eRig({
    horizon: "5d",
    scenario: { eventsPerDay: 30 },
    more: "  other: { use: local-files, path: @/other }\n",
  });
  await succeed(rig, "archive");
  return rig;
});

/** The acts `drill-ended` of the ledger, oldest first. */
function drills({ state }: E2eRig): readonly object[] {
  const folder = join(state, "ledger/000");
  return readdirSync(folder)
    .toSorted()
    .map((name) => JSON.parse(readFileSync(join(folder, name), "utf8")) as { readonly type: string })
    .filter(({ type }) => type === "drill-ended");
}

/** Nothing of a drill stays in the folder for temporary files. */
function leftovers({ folder }: E2eRig): readonly string[] {
  return readdirSync(folder).filter((name) => name.startsWith("daybook-"));
}

describe("restore drill", () => {
  it("restores every day from one sink, compares it, and leaves an act and nothing else", async () => {
    const rig = await archived();
    const state = readdirSync(rig.state, { recursive: true }).filter(
      (name) => !/^(?:ledger|head)/.test(String(name)),
    );

    const { exit, value } = await rig.json("restore", "drill", "--from", "other");

    expect({ exit, value }).toMatchObject({
      exit: 0,
      value: {
        sink: "other",
        days: ["2026-11-18", "2026-11-19", "2026-11-20"],
        revisions: 3,
        records: 90,
        differences: [],
      },
    });
    expect((value as { bytes: number }).bytes).toBeGreaterThan(10_000);
    expect(drills(rig)).toMatchObject([{ sink: "other", days: 3, outcome: "whole" }]);
    expect(leftovers(rig)).toEqual([]);
    const after = readdirSync(rig.state, { recursive: true }).filter(
      (name) => !/^(?:ledger|head)/.test(String(name)),
    );
    expect(after).toEqual(state);
    await succeed(rig, "archive");
    expect((await rig.run("verify")).exit).toBe(0);
    expect((await rig.run("audit", "--format", "json", "--no-act")).out).toContain(
      "a restore from other was tried with 3 days: whole",
    );
  }, 60_000);

  it("draws a sample, and the same one by its seed", async () => {
    const rig = await archived();

    const first = await rig.run("restore", "drill", "--from", "vault", "--sample", "2");
    const [, seed = "", days = ""] = /sample by seed (\w+): (.*)/.exec(first.out) ?? [];
    const again = await rig.run(
      "restore",
      "drill",
      "--from",
      "vault",
      "--sample",
      "2",
      "--seed",
      seed,
      "--no-act",
    );

    expect(first.out).toContain("contoso from vault: whole; 2 days, 2 revisions, 60 records");
    expect(days.split(", ")).toHaveLength(2);
    expect(again.out).toContain(`sample by seed ${seed}: ${days}`);
    expect(drills(rig)).toHaveLength(1);
  }, 60_000);

  it("ends with 65 where the sink has a day altered, although another has it whole", async () => {
    const rig = await archived();
    const path = join(rig.vault, "days/2026/11/19/r0001/events.ndjson.zst");
    const bytes = readFileSync(path);
    writeFileSync(path, bytes.fill(0, bytes.length - 8));

    const { exit, err } = await rig.run("restore", "drill", "--from", "vault");

    expect(exit).toBe(65);
    expect(err).toContain("days/2026/11/19/r0001/events.ndjson.zst");
    expect(drills(rig)).toMatchObject([{ sink: "vault", days: 0, outcome: "ARCHIVE_DAMAGED" }]);
    expect(leftovers(rig)).toEqual([]);
    expect((await rig.run("restore", "drill", "--from", "other")).exit).toBe(0);
  }, 60_000);

  it("leaves nothing behind on a full disk, nor for want of a sink or an archive", async () => {
    const rig = await archived();
    let left = 20;
    const files = {
      ...nodeFiles,
      create: async (path: string, mode?: number) => {
        if (path.includes("daybook-drill-") && (left -= 1) < 0)
          throw new DaybookError("DISK_FULL", { message: "no space left" });
        return nodeFiles.create(path, mode);
      },
    };

    const full = await rig.runWith({ files }, "restore", "drill", "--from", "vault");
    const unknown = await rig.run("restore", "drill", "--from", "nowhere");
    const none = await rig.run("restore", "drill");
    rmSync(rig.state, { recursive: true });
    const alone = await rig.run("restore", "drill", "--from", "vault");

    expect([full.exit, unknown.exit, none.exit, alone.exit]).toEqual([73, 64, 64, 66]);
    expect(leftovers(rig)).toEqual([]);
  }, 60_000);
});
