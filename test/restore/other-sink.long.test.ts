import { readFileSync, readdirSync, rmSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { describe, expect, it } from "vitest";
import { nodeFiles } from "../../src/io/node-files.js";
import { failingFiles } from "../support/failing-files.js";
import { restoreRig, secondSink } from "../support/restore-rig.js";
import type { RestoreRig } from "../support/restore-rig.js";

const RESTORE = ["restore", "--from", "vault"];

/** An archive in two record sinks; the host with the state folder is lost. */
async function lostHost(): Promise<RestoreRig> {
  const rig = await restoreRig();
  rig.configure({ more: secondSink(rig.folder) });
  await rig.run("archive");
  rig.loseState();
  rig.bringKey();
  return rig;
}

/** The newest file of the folder with such a name. */
function newest(folder: string, pattern: RegExp): string {
  const names = readdirSync(folder, { recursive: true, encoding: "utf8" });
  return join(
    folder,
    names
      .filter((name) => pattern.test(name))
      .toSorted()
      .at(-1) ?? "nothing",
  );
}

function flipByte(path: string): void {
  const bytes = readFileSync(path);
  const at = Math.floor(bytes.length / 2);
  bytes[at] = (bytes[at] ?? 0) ^ 1;
  writeFileSync(path, bytes);
}

describe("a restore with another sink at hand", () => {
  it.each([
    ["lacks a file of", rmSync, /events\.ndjson\.zst$/],
    ["holds an altered manifest of", flipByte, /manifest\.json$/],
    ["holds an altered page of", flipByte, /h12-0001\.json\.zst$/],
  ])("brings a day from it when the first sink %s the day", async (_what, act, pattern) => {
    const rig = await lostHost();
    act(newest(join(rig.vault, "days"), pattern));

    const { exit, out } = await rig.run(...RESTORE);

    expect(out).toContain("note: brought from second instead: vault: contoso/days/2026/11/20/r0001");
    expect(exit).toBe(0);
    expect((await rig.run("verify", "--sink", "second", "--level", "deep")).exit).toBe(0);
  });

  it("puts nothing in place when no sink has a day whole, and says what the first one lacks", async () => {
    const rig = await lostHost();
    for (const sink of ["vault", "second"])
      rmSync(newest(join(rig.folder, sink, "contoso", "days"), /events\.ndjson\.zst$/));

    const { exit, out } = await rig.run(...RESTORE);

    expect(out).toContain("NOT restored: vault: contoso/days/2026/11/20/r0001");
    expect(exit).toBe(65);
  });

  it("ends by the second try what was begun from a sink that has since been lost", async () => {
    const rig = await restoreRig();
    rig.configure({ more: secondSink(rig.folder) });
    await rig.run("archive");
    // The second sink stays behind.
    rig.configure({ more: "" });
    rig.nextDay();
    await rig.run("archive");
    rig.loseState();
    rig.bringKey();
    const { files } = failingFiles(nodeFiles, { at: 400, fault: "DISK_FULL", lasting: true });
    expect((await rig.runWith({ files }, ...RESTORE)).exit).toBe(73);
    rmSync(join(rig.folder, "vault"), { recursive: true });
    rig.configure({ more: secondSink(rig.folder) });

    const { exit, out } = await rig.run("restore", "--from", "second");

    expect(out).toContain("contoso: restored: archive ");
    expect(exit).toBe(0);
  });
});
