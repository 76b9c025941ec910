import { existsSync } from "node:fs";
import { join } from "node:path";
import { expect, it } from "vitest";
import { nodeFiles } from "../../src/io/node-files.js";
import { e2eRig } from "../support/e2e-rig.js";

it("stops while it opens the archive, gives the lock back, and the next run archives", async () => {
  const rig = await e2eRig({ horizon: "4d", scenario: { eventsPerDay: 30 } });
  const stop = new AbortController();
  // The signal comes once the archive is locked, before anything in it is read.
  const files = Object.assign(Object.create(nodeFiles) as typeof nodeFiles, {
    lock: async (path: string) => {
      const unlock = await nodeFiles.lock(path);
      stop.abort("SIGTERM");
      return unlock;
    },
  });

  const stopped = await rig.runWith({ files, signal: stop.signal }, "archive");

  expect(stopped.exit).toBe(130);
  expect(rig.simulator.requests).toEqual([]);
  expect(existsSync(join(rig.vault, "days"))).toBe(false);
  expect((await rig.run("archive")).exit).toBe(0);
  expect((await rig.run("verify")).exit).toBe(0);
});
