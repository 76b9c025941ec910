import { appendFileSync, existsSync, readdirSync, rmSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { describe, expect, it } from "vitest";
import { nodeFiles } from "../../src/io/node-files.js";
import { DaybookError } from "../../src/model/errors.js";
import { BAG_FILTER, BAG_RANGE, bagged, threeDays as newArchive } from "../support/bag-rig.js";
import { preparedRig } from "../support/e2e-rig.js";
import { bagProblems } from "../support/bag-reader.js";
import type { E2eRig } from "../support/e2e-rig.js";

const leftovers = (rig: E2eRig): readonly string[] =>
  readdirSync(rig.folder).filter((name) => name.includes("handover"));

const threeDays = preparedRig(newArchive);

describe("a bag that is not finished", () => {
  it("is never written over anything, nor beside options that it has no use for", async () => {
    const rig = await threeDays();
    writeFileSync(join(rig.folder, "handover"), "");

    const there = await rig.run("export", ...BAG_RANGE, "--bag", "handover");
    const beside = await rig.run("export", ...BAG_RANGE, "--bag", "new", "--pseudonymise");
    const form = await rig.run("export", ...BAG_RANGE, "--bag", "new", "--format", "csv");
    const early = await rig.run("export", "--day", "2020-01-01", "--bag", "new");

    expect([there.exit, beside.exit, form.exit, early.exit]).toEqual([64, 64, 64, 66]);
    expect(there.err).toContain("handover is there already");
    expect(existsSync(join(rig.folder, "new"))).toBe(false);
  }, 60_000);

  it("leaves nothing behind on a full disk, wherever that happens", async () => {
    const rig = await threeDays();
    let operations = Number.POSITIVE_INFINITY;
    let done = 0;
    const full = (): void => {
      done += 1;
      if (done > operations) throw new DaybookError("DISK_FULL", { message: "no space left" });
    };
    const files = {
      ...nodeFiles,
      create: async (path: string, mode?: number) => {
        if (path.includes(".handover.")) full();
        return nodeFiles.create(path, mode);
      },
    };
    await rig.runWith({ files }, "export", ...BAG_RANGE, ...BAG_FILTER, "--no-act", "--bag", "handover");
    const all = done;
    rmSync(join(rig.folder, "handover"), { recursive: true });
    for (let at = 0; at < all; at += 13) {
      [operations, done] = [at, 0];
      const { exit } = await rig.runWith(
        { files },
        "export",
        ...BAG_RANGE,
        ...BAG_FILTER,
        "--no-act",
        "--bag",
        "handover",
      );
      expect({ at, exit, left: leftovers(rig) }).toEqual({ at, exit: 73, left: [] });
    }
    expect(all).toBeGreaterThan(60);
  }, 120_000);

  it("is no bag when the process is killed, and does not stand in the way of the next", async () => {
    const rig = await threeDays();
    // Nobody tidies up after a kill: the removal does not happen either.
    const files = {
      ...nodeFiles,
      create: async (path: string, mode?: number) => {
        if (path.endsWith("/bagit.txt")) throw new DaybookError("INTERRUPTED", { message: "killed" });
        return nodeFiles.create(path, mode);
      },
      removeTree: async (path: string) => {
        if (!path.includes(".handover.")) await nodeFiles.removeTree(path);
      },
    };

    await rig.runWith({ files }, "export", ...BAG_RANGE, "--bag", "handover");

    const [left = ""] = leftovers(rig);
    expect(left).toMatch(/^\.handover\.[0-9a-f]{8}\.new$/);
    expect(bagProblems(join(rig.folder, left))).toContain("bagit.txt: not the two lines of section 2.1.1");
    expect((await rig.run("verify", "--path", left)).exit).toBe(66);
    expect(bagProblems(await bagged(rig))).toEqual([]);
  }, 60_000);

  it("is refused where the archive is not as it was sealed", async () => {
    const rig = await threeDays();
    const path = join(rig.vault, "days/2026/11/19/r0001/events.ndjson.zst");
    appendFileSync(path, "x");

    const { exit, err } = await rig.run("export", ...BAG_RANGE, "--path", rig.vault, "--bag", "handover");

    expect(exit).toBe(65);
    expect(err).toContain("days/2026/11/19/r0001/events.ndjson.zst");
    expect(leftovers(rig)).toEqual([]);
  }, 60_000);
});
