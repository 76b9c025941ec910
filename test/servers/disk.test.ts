import { readFileSync, rmSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { expectRecovery, installStrace, mounted, rigOn, runBuilt, system } from "../support/disk-place.js";
import { revisionsIn } from "../support/e2e-archived.js";
import { buildDaybook } from "../support/e2e-build.js";
import type { BuiltDaybook } from "../support/e2e-build.js";
import { REAL_TIME, e2eRig } from "../support/e2e-rig.js";
import { times } from "../support/hunt.js";

// Real file systems and a real kernel: needs root for mount(8), and strace(1). test/hunts/README.md has the long form.
const SIZES = times("DISK_SIZES", 5);
const ERRORS = times("DISK_ERRORS", 4);
/** The last 300 lie above the reserve of the state folder: what is written by a reading meets its end there. */
const STATE_KB = 1024 + 300;
const SINK_KB = 240;

let built: BuiltDaybook;
beforeAll(async () => {
  built = await buildDaybook();
  installStrace();
}, 300_000);
afterAll(() => built.remove());

/** `count` whole numbers from 0 to `max`, evenly spread. */
function spread(count: number, max: number): readonly number[] {
  return Array.from({ length: count }, (_, index) => Math.floor((index * max) / count));
}

describe("a full disk (fault 49)", () => {
  it.each(spread(SIZES, STATE_KB))(
    "below the state, with %i KB left, ends with 73 and goes on when space returns",
    async (leftKb) => {
      const disk = mounted("4m");
      const rig = await rigOn(disk, "state");
      writeFileSync(join(disk, "ballast"), Buffer.alloc((4096 - leftKb - 8) * 1024));

      const full = await runBuilt(built, rig, ["archive"]);

      expect(full.exit).toBe(73);
      expect(full.text).toMatch(/DISK_FULL/);
      expect(full.text).toContain("free space");
      expect(full.text).not.toMatch(/\n\s+at /);
      rmSync(join(disk, "ballast"));
      await expectRecovery(built, rig, rig.vault);
    },
  );

  it.each(spread(SIZES, SINK_KB))(
    "below a sink, with %i KB left, leaves the day sealed and delivers it when space returns",
    async (leftKb) => {
      const disk = mounted("2m");
      const rig = await rigOn(disk, "vault");
      writeFileSync(join(disk, "ballast"), Buffer.alloc((2048 - leftKb - 8) * 1024));

      const full = await runBuilt(built, rig, ["archive"]);

      expect([69, 73]).toContain(full.exit);
      expect(full.text).toContain("sink vault is behind");
      expect(full.text).not.toMatch(/\n\s+at /);
      expect(revisionsIn(rig.state).size).toBeGreaterThan(0);
      rmSync(join(disk, "ballast"));
      await expectRecovery(built, rig, join(disk, "vault", "contoso"));
    },
  );
});

describe("a disk that became read-only (fault 51)", () => {
  it("ends with 73 before anything is asked of the source, and goes on when it is writable", async () => {
    const disk = mounted("8m");
    const rig = await rigOn(disk, "state");
    system("mount", "-o", "remount,ro", disk);

    const denied = await runBuilt(built, rig, ["archive"]);

    expect(denied.exit).toBe(73);
    expect(denied.text).toContain("EROFS");
    expect(denied.text).toContain("mount options");
    expect(rig.simulator.requests).toHaveLength(0);
    system("mount", "-o", "remount,rw", disk);
    await expectRecovery(built, rig, rig.vault);
  });
});

/** System calls that make a write durable, and how often one pass makes them at least. */
const CALLS = [
  { calls: "fsync,fdatasync", most: 90, exits: [73], says: "check the disk" },
  { calls: "rename,renameat,renameat2", most: 12, exits: [69, 73], says: "EIO" },
  { calls: "link,linkat", most: 8, exits: [69, 73], says: "EIO" },
];

/** The removal of a sink's marker, which is no content of the archive: the next marker has another name. */
const MARKER_REMOVED = /unlink\S*\([^\n]*\.daybook-marker-[^\n]*\n(?:[^\n]*\n){0,2}[^\n]*\(INJECTED\)/;

describe.each(CALLS)("a disk whose $calls fails (fault 50)", ({ calls, most, exits, says }) => {
  it.each(spread(ERRORS, most).map((call) => call + 1))(
    "at call %i ends with the disk's error, and the next pass ends the work",
    async (when) => {
      const rig = await e2eRig({ ...REAL_TIME, scenario: { eventsPerDay: 40 } });
      const trace = join(rig.folder, "trace");
      // One thread of the pool: strace counts the calls of each thread for itself.
      const strace = ["strace", "-E", "UV_THREADPOOL_SIZE=1", "-f", "-qq", "-o", trace];
      const inject = ["-e", `trace=${calls},unlink,unlinkat`, "-e", `inject=${calls}:error=EIO:when=${when}`];

      const failing = await runBuilt(built, rig, ["archive"], [...strace, ...inject]);

      const traced = readFileSync(trace, "utf8");
      expect(traced).toContain("(INJECTED)");
      expect(failing.text).not.toMatch(/\n\s+at /);
      const isMarker = MARKER_REMOVED.test(traced);
      expect(isMarker ? [...exits, 0] : exits).toContain(failing.exit);
      expect(isMarker ? says : failing.text).toContain(says);
      await expectRecovery(built, rig, rig.vault);
    },
  );
});
