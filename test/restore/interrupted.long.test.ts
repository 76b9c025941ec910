import { cpSync, existsSync, rmSync } from "node:fs";
import { join } from "node:path";
import { describe, expect, it } from "vitest";
import type { Files } from "../../src/io/files.js";
import { nodeFiles } from "../../src/io/node-files.js";
import { failingFiles } from "../support/failing-files.js";
import { restoreRig } from "../support/restore-rig.js";
import type { RestoreRig } from "../support/restore-rig.js";

const RESTORE = ["restore", "--from", "vault"];
/** The last steps move the archive into place: each of them is tried. */
const LAST_STEPS = 40;
const POINTS_BEFORE = 12;

async function lostHost(): Promise<RestoreRig> {
  const rig = await restoreRig();
  await rig.run("archive");
  rig.loseState();
  rig.bringKey();
  return rig;
}

/** What came of an interrupted restore: of a start before it is run again, of running it again, and of the archive then. */
interface Aftermath {
  /** Undefined where the archive was in place already. */
  readonly tooEarly: number | undefined;
  readonly again: number | undefined;
  readonly archive: number;
  readonly verify: number;
  readonly isLeftBehind: boolean;
}

async function aftermath(rig: RestoreRig): Promise<Aftermath> {
  const isInPlace = existsSync(join(rig.state, "ledger/000/000000000.json"));
  const tooEarly = isInPlace ? undefined : (await rig.run("archive")).exit;
  const again = isInPlace ? undefined : (await rig.run(...RESTORE)).exit;
  const archive = (await rig.run("archive")).exit;
  const verify = (await rig.run("verify")).exit;
  const isLeftBehind = existsSync(join(rig.state, "staging/restore"));
  return { tooEarly, again, archive, verify, isLeftBehind };
}

const FINISHED = { archive: 0, verify: 0, isLeftBehind: false };
const FINISHED_LATER = { ...FINISHED, tooEarly: 65, again: 0 };
const FINISHED_BEFORE = { ...FINISHED, tooEarly: undefined, again: undefined };

describe("an interrupted restore", () => {
  it("can be run again after a crash at any step, and no start takes what it left for an archive", async () => {
    const rig = await lostHost();
    const counted = failingFiles(nodeFiles, { at: 0, fault: "crash" });
    await rig.runWith({ files: counted.files }, ...RESTORE);
    const steps = counted.calls();
    const stride = Math.ceil((steps - LAST_STEPS) / POINTS_BEFORE);
    const points = Array.from({ length: steps }, (_, index) => index + 1).filter(
      (step) => step > steps - LAST_STEPS || step % stride === 0,
    );

    const found: { readonly at: number; readonly came: Aftermath }[] = [];
    const [vault, kept] = [join(rig.folder, "vault"), join(rig.folder, "kept")];
    cpSync(vault, kept, { recursive: true });
    for (const at of points) {
      for (const folder of [rig.state, vault]) rmSync(folder, { recursive: true });
      cpSync(kept, vault, { recursive: true });
      await rig.runWith({ files: failingFiles(nodeFiles, { at, fault: "crash" }).files }, ...RESTORE);
      found.push({ at, came: await aftermath(rig) });
    }

    const before = found.filter(({ came }) => came.tooEarly !== undefined);
    expect(before.map(({ came }) => came)).toEqual(before.map(() => FINISHED_LATER));
    const after = found.filter(({ came }) => came.tooEarly === undefined);
    expect(after.map(({ came }) => came)).toEqual(after.map(() => FINISHED_BEFORE));
    expect(before.length).toBeGreaterThan(POINTS_BEFORE);
    expect(after.length).toBeGreaterThan(0);
  }, 600_000);

  it("goes on after SIGTERM with what it had", async () => {
    const rig = await lostHost();
    const stop = new AbortController();
    let links = 0;
    const files: Files = {
      ...nodeFiles,
      link: async (from, to) => {
        if (++links === 20) stop.abort("SIGTERM");
        await nodeFiles.link(from, to);
      },
    };

    const { exit } = await rig.runWith({ files, signal: stop.signal }, ...RESTORE);

    expect(exit).toBe(130);
    expect(existsSync(join(rig.state, "staging/restore/tree/heads/000000001"))).toBe(true);
    expect(await aftermath(rig)).toEqual(FINISHED_LATER);
  });

  it("leaves no archive when the disk is full, and finishes once there is room (fault 49)", async () => {
    const rig = await lostHost();
    const { files } = failingFiles(nodeFiles, { at: 60, fault: "DISK_FULL", lasting: true });

    const { exit } = await rig.runWith({ files }, ...RESTORE);

    expect(exit).toBe(73);
    expect(await aftermath(rig)).toEqual(FINISHED_LATER);
  });
});
