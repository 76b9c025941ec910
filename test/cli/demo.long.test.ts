import { readFileSync } from "node:fs";
import { join } from "node:path";
import { describe, expect, it } from "vitest";
import { clockStartingAt } from "../../src/io/clock.js";
import { e2eRig, runIn } from "../support/e2e-rig.js";

describe("demo", { timeout: 240_000 }, () => {
  it("ends with a verified archive and its report; the second time it adds nothing and says so", async () => {
    const rig = await e2eRig();
    const clock = clockStartingAt(rig.clock.now());
    const demo = (): ReturnType<typeof runIn> => runIn(rig.folder, { clock }, ["demo"]);

    const first = await demo();
    const second = await demo();

    expect(first.exit).toBe(0);
    expect(first.out).toContain("Verified at the deepest level: whole");
    expect(readFileSync(join(rig.folder, "daybook-demo", "report.html"), "utf8")).toContain(
      "<!doctype html>",
    );
    expect(second.exit).toBe(0);
    expect(second.out).toContain("nothing was due; nothing added");
    const archive = join("daybook-demo", "archive", "demo");
    expect((await rig.run("verify", "--path", archive, "--level", "structure")).exit).toBe(0);
  });
});
