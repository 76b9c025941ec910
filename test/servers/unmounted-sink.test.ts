import { mkdirSync, mkdtempSync, readFileSync, readdirSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, beforeAll, describe, expect, it, onTestFinished } from "vitest";
import { until } from "../support/daemon-process.js";
import { mounted, runBuilt, system } from "../support/disk-place.js";
import { buildDaybook, startCommand } from "../support/e2e-build.js";
import type { BuiltDaybook } from "../support/e2e-build.js";
import { REAL_TIME, e2eRig } from "../support/e2e-rig.js";
import type { E2eRig } from "../support/e2e-rig.js";

// A real mount(8): needs root.

let built: BuiltDaybook;
beforeAll(async () => {
  built = await buildDaybook();
}, 300_000);
afterAll(() => built.remove());

interface SinkDisk {
  readonly folder: string;
  mount(): void;
  unmount(): void;
}

/** A disk that can be taken away and put back with its content. */
function sinkDisk(): SinkDisk {
  const content = join(mounted("16m"), "content");
  mkdirSync(content);
  const folder = mkdtempSync(join(tmpdir(), "daybook-mount-"));
  let isMounted = false;
  const unmount = (): void => {
    system("umount", folder);
    isMounted = false;
  };
  onTestFinished(() => {
    if (isMounted) unmount();
    rmSync(folder, { recursive: true });
  });
  const mount = (): void => {
    system("mount", "--bind", content, folder);
    isMounted = true;
  };
  mount();
  return { folder, mount, unmount };
}

async function rigOn(disk: SinkDisk): Promise<E2eRig> {
  // The preflight asks for an hour of three days ago, which the source must still have.
  const rig = await e2eRig({ ...REAL_TIME, scenario: { eventsPerDay: 60, horizonDays: 5 } });
  const path = join(rig.folder, "daybook.yaml");
  const text = readFileSync(path, "utf8")
    .replace(join(rig.folder, "vault"), disk.folder)
    .replace("use: local-files,", "use: local-files, reserve: 64KiB,")
    .replace("collect: {", 'collect: { schedule: "* * * * *",');
  writeFileSync(path, text, { mode: 0o600 });
  return rig;
}

describe("a record sink whose disk is not mounted", () => {
  it("gets nothing between two passes, and is whole once it is back", async () => {
    const disk = sinkDisk();
    const rig = await rigOn(disk);
    expect((await runBuilt(built, rig, ["archive"])).exit).toBe(0);
    disk.unmount();

    const without = await runBuilt(built, rig, ["archive"]);

    expect(without).toEqual({ exit: 65, text: expect.stringContaining("SINK_LOST") });
    expect((await runBuilt(built, rig, ["status"])).exit).toBe(65);
    expect(readdirSync(disk.folder)).toEqual([]);
    disk.mount();
    expect((await runBuilt(built, rig, ["archive"])).exit).toBe(0);
    expect((await runBuilt(built, rig, ["status"])).exit).toBe(0);
    expect((await runBuilt(built, rig, ["verify", "--level", "deep"])).exit).toBe(0);
  });

  it("is an alarm of the running daemon, which ends when the disk is back", async () => {
    const disk = sinkDisk();
    const rig = await rigOn(disk);
    const daemon = startCommand(built.main, rig.folder, ["run"]);
    onTestFinished(() => void daemon.process.kill("SIGKILL"));
    const logged = (text: string): boolean => daemon.output().includes(text);
    await until(() => logged('"pass ended"'), 90_000);
    disk.unmount();
    await until(() => logged('"alarm":"integrity-failure"'), 90_000);

    expect(readdirSync(disk.folder)).toEqual([]);
    disk.mount();
    await until(() => logged('"alarm ended"'), 90_000);
    daemon.process.kill("SIGTERM");

    expect(await daemon.ended).toBe(0);
    expect((await runBuilt(built, rig, ["status"])).exit).toBe(0);
    expect((await runBuilt(built, rig, ["verify", "--level", "deep"])).exit).toBe(0);
  }, 300_000);
});
