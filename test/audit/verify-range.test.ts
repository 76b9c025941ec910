import { execFileSync } from "node:child_process";
import { cp, mkdir, rename, rm, symlink, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { runIn } from "../support/e2e-rig.js";
import type { Ran } from "../support/e2e-rig.js";
import { copyOf } from "../support/audit-sample.js";
import { makeSampleArchive } from "../support/sample-archive.js";
import type { SampleArchive } from "../support/sample-archive.js";

/** The sample holds 18, 19 and 20 November 2026; the 17th is lost. */
let sample: SampleArchive;
beforeAll(async () => {
  sample = await makeSampleArchive("zstd");
});
afterAll(() => sample.remove());

function verify(root: string, ...argv: string[]): Promise<Ran> {
  return runIn(sample.work, {}, ["verify", "--path", root, "--level", "structure", ...argv]);
}

describe("daybook verify over a range", () => {
  it("ends with 0 for days that are held, and prints the range found", async () => {
    const { exit, out } = await verify(sample.root, "--from", "2026-11-18", "--to", "2026-11-20");

    expect(exit).toBe(0);
    expect(out).toContain("  days 2026-11-18 to 2026-11-20; asked for 2026-11-18 to 2026-11-20\n");
  });

  it("ends with 67 for days that are lost or not held, and names them", async () => {
    const lost = await verify(sample.root, "--from", "2026-11-17", "--to", "2026-11-18");
    const absent = await verify(sample.root, "--from", "2026-11-20", "--to", "2026-11-22");

    expect([lost.exit, absent.exit]).toEqual([67, 67]);
    expect(lost.out).toContain("  lost: 1 day: 2026-11-17\n");
    expect(absent.out).toContain("  not held: 2 days: 2026-11-21, 2026-11-22\n");
  });

  it("ends with 66 when nothing was checked", async () => {
    expect((await verify(sample.root, "--day", "2026-12-24")).exit).toBe(66);
  });

  it("ends with 66, and finds no damage, before the first day is sealed", async () => {
    const root = await copyOf(sample);
    for (const name of ["ledger", "heads", "head", "days"]) await rm(join(root, name), { recursive: true });

    const { exit, err } = await verify(root);

    expect(exit).toBe(66);
    expect(err).toContain("nothing is sealed yet");
    expect((await verify(root, "--heads", join(sample.root, "head"))).exit).toBe(65);
  });

  it.each(["ledger", "days"])("ends with 65 when the heads are gone and %s is not", async (left) => {
    const root = await copyOf(sample);
    for (const name of ["ledger", "heads", "head", "days"])
      if (name !== left) await rm(join(root, name), { recursive: true });

    expect((await verify(root)).exit).toBe(65);
  });

  it("reports damage of the ledger before it says that the range is empty", async () => {
    const root = await copyOf(sample);
    await rm(join(root, "ledger/000/000000001.json"));

    const { exit, out } = await verify(root, "--day", "2026-11-18");

    expect(exit).toBe(65);
    expect(out).toContain("LEDGER_HOLE");
  });
});

describe("daybook verify of an archive with other kinds of nodes", () => {
  it("finds a ledger that is a symbolic link", async () => {
    const root = await copyOf(sample);
    await rename(join(root, "ledger"), `${root}-elsewhere`);
    await symlink(`${root}-elsewhere`, join(root, "ledger"));

    expect((await verify(root, "--day", "2026-11-18")).exit).toBe(65);
  });

  it("finds heads/ that is a symbolic link", async () => {
    const root = await copyOf(sample);
    await rename(join(root, "heads"), `${root}-heads`);
    await symlink(`${root}-heads`, join(root, "heads"));

    expect((await verify(root)).exit).toBe(65);
  });

  it.each(["symbolic link", "pipe"])("finds a head that is a %s", async (kind) => {
    const root = await copyOf(sample);
    await rm(join(root, "head"));
    if (kind === "pipe") execFileSync("mkfifo", [join(root, "head")]);
    else await symlink("heads/000000006", join(root, "head"));

    const { exit, out } = await verify(root);

    expect(exit).toBe(65);
    expect(out).toContain("damage: head: ");
  });

  it("finds thousands of nested folders without an error of the disk", { timeout: 60_000 }, async () => {
    const root = await copyOf(sample);
    // Longer than a path may be (PATH_MAX, 4,096 bytes): each folder is made from within the one above.
    execFileSync("perl", ["-e", 'for (1..3000) { mkdir "d" and chdir "d" or die $! }'], { cwd: root });

    expect((await verify(root)).exit).toBe(65);
    execFileSync("rm", ["-rf", join(root, "d")]);
  });
});

describe("daybook verify beside a pass that is writing", () => {
  it("gives notices for a package that is begun and for later heads and entries", async () => {
    const root = await copyOf(sample);
    const begun = join(root, "days/2026/11/19/r0003");
    await mkdir(begun);
    await cp(join(root, "days/2026/11/19/r0002/pages.jsonl"), join(begun, "pages.jsonl"));

    const { exit, out } = await verify(root);

    expect(exit).toBe(0);
    expect(out).toContain("notice: days/2026/11/19/r0003");
  });

  it("still finds what was put where no revision comes next", async () => {
    const root = await copyOf(sample);
    await mkdir(join(root, "days/2026/11/19/r0007"));
    await writeFile(join(root, "days/2026/11/19/r0007/pages.jsonl"), "x");

    expect((await verify(root)).exit).toBe(65);
  });
});
