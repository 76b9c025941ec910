import { expect, it } from "vitest";
import { ledgerOf } from "../support/e2e-archived.js";
import { e2eRig } from "../support/e2e-rig.js";
import { nodeFiles } from "../../src/io/node-files.js";

/** Below it no page and no package is written. */
const RESERVE = 1024 * 1024;

it.each([
  ["before anything is read", () => 0],
  ["while a day is read", (asked: number) => (asked < 10 ? 1e12 : RESERVE)],
])(
  "a disk that is down to its reserve %s ends the pass, and the next one ends the work",
  async (_when, free) => {
    const rig = await e2eRig();
    let asked = 0;
    const files = {
      ...nodeFiles,
      freeBytes: (path: string) =>
        path.startsWith(rig.state) ? Promise.resolve(free(asked++)) : nodeFiles.freeBytes(path),
    };

    const full = await rig.runWith({ files }, "archive");
    const types = ledgerOf(rig.state).map(({ type }) => type);
    const again = await rig.run("archive");

    expect(full.out).toContain("expected 1048576 bytes to stay free");
    expect(full.exit).toBe(73);
    expect(types).toContain("archive-created");
    expect(types).not.toContain("day-sealed");
    expect(again.exit).toBe(0);
    expect((await rig.run("verify", "--level", "deep")).exit).toBe(0);
  },
);
