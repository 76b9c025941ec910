import { existsSync, mkdirSync, readdirSync, renameSync, rmSync } from "node:fs";
import { join } from "node:path";
import { describe, expect, it } from "vitest";
import { DAY_MS } from "../../src/model/utc-day.js";
import { e2eRig, preparedRig } from "../support/e2e-rig.js";
import type { E2eRig } from "../support/e2e-rig.js";
import { succeed } from "../support/retention-rig.js";
import { quickFiles } from "../support/quick-files.js";

/** No test here cuts the power. */
const DOORS = { files: quickFiles() };
const QUICK = { horizon: "3d", scenario: { eventsPerDay: 12 } } as const;

const archivedOnce = preparedRig(async () => {
  const rig = await e2eRig(QUICK);
  await succeed(rig, "archive");
  return rig;
});

function newestEntry(vault: string): string {
  const newest = readdirSync(join(vault, "ledger/000")).toSorted().at(-1);
  return `ledger/000/${newest ?? ""}`;
}

describe("a record sink that is empty although it has confirmed days", () => {
  it.each([
    { what: "its disk is not mounted", folder: (rig: E2eRig) => join(rig.vault, "..") },
    { what: "the tenant's folder is gone", folder: (rig: E2eRig) => rig.vault },
  ])("gets nothing, and all is well once it is back: $what", async ({ folder }) => {
    const rig = await archivedOnce();
    const disk = folder(rig);
    renameSync(disk, `${disk}.away`);
    mkdirSync(disk);
    rig.clock.advance(DAY_MS);

    const first = await rig.runWith(DOORS, "archive");
    const second = await rig.runWith(DOORS, "archive");
    const status = await rig.runWith(DOORS, "status");
    const check = await rig.runWith(DOORS, "config", "check");

    expect([first.exit, second.exit, status.exit, check.exit]).toEqual([65, 65, 65, 65]);
    expect(first.out).toContain("SINK_LOST");
    expect(status.out).toContain("vault");
    expect(readdirSync(disk)).toEqual([]);

    rmSync(disk, { recursive: true });
    renameSync(`${disk}.away`, disk);

    expect((await rig.runWith(DOORS, "archive")).exit).toBe(0);
    expect((await rig.runWith(DOORS, "status")).exit).toBe(0);
    expect((await rig.runWith(DOORS, "verify", "--sink", "vault")).exit).toBe(0);
    const sealed = readdirSync(join(rig.vault, "days/2026/11"));
    expect(sealed).toContain("21");
  });

  it("is filled again on the operator's word alone", async () => {
    const rig = await archivedOnce();
    rmSync(rig.vault, { recursive: true });
    expect((await rig.runWith(DOORS, "archive")).exit).toBe(65);

    const { exit, out } = await rig.runWith(DOORS, "archive", "--backfill-sink", "vault");

    expect({ exit, out }).toEqual({ exit: 0, out: expect.stringContaining("delivered") });
    expect((await rig.runWith(DOORS, "archive")).exit).toBe(0);
    expect((await rig.runWith(DOORS, "verify", "--sink", "vault")).exit).toBe(0);
  });
});

describe("a record sink with a hole", () => {
  it.each([
    { what: "the newest entry", hole: newestEntry },
    { what: "the ledger folder", hole: () => "ledger" },
    { what: "archive.json", hole: () => "archive.json" },
    { what: "every day", hole: () => "days" },
    { what: "one package", hole: () => "days/2026/11/20/r0001" },
    { what: "one page", hole: () => "days/2026/11/20/r0001/h07-0001.json.zst" },
    { what: "an entry in the middle", hole: () => "ledger/000/000000002.json" },
    { what: "a head in the middle", hole: () => "heads/000000002" },
    { what: "the key", hole: () => "keys" },
  ])("is filled again by the next pass, which says so: $what", async ({ hole }) => {
    const rig = await archivedOnce();
    rmSync(join(rig.vault, hole(rig.vault)), { recursive: true });

    const found = await rig.runWith(DOORS, "archive");

    expect(found.exit).toBe(65);
    expect(found.out).toContain("SINK_LOST");
    expect((await rig.runWith(DOORS, "trail", "--type", "incident,sink-failed")).out).toContain("SINK_LOST");
    expect((await rig.runWith(DOORS, "archive")).exit).toBe(0);
    expect((await rig.runWith(DOORS, "status")).exit).toBe(0);
    expect((await rig.runWith(DOORS, "verify", "--sink", "vault")).exit).toBe(0);
  });

  it("is filled from another record sink once the state folder has let go of the day", async () => {
    const rig = await e2eRig(QUICK);
    rig.configure({ more: `  second: { use: local-files, path: "${join(rig.folder, "second")}" }` });
    expect((await rig.runWith(DOORS, "archive")).exit).toBe(0);
    rig.clock.advance(5 * DAY_MS);
    await rig.runWith(DOORS, "archive");
    const day = "days/2026/11/20/r0001";
    expect(existsSync(join(rig.state, day))).toBe(false);
    rmSync(join(rig.vault, day), { recursive: true });

    expect((await rig.runWith(DOORS, "archive")).exit).toBe(65);
    expect(readdirSync(join(rig.vault, day)).length).toBeGreaterThan(0);
    expect((await rig.runWith(DOORS, "verify", "--sink", "vault")).exit).toBe(0);
  });
});
