import { existsSync, readFileSync, readdirSync } from "node:fs";
import { join } from "node:path";
import { expect, it } from "vitest";
import { e2eRig } from "../support/e2e-rig.js";
import type { Ran } from "../support/e2e-rig.js";
import { shellBlocks } from "../support/shell-blocks.js";

const README = readFileSync(join(import.meta.dirname, "..", "..", "README.md"), "utf8");
const commands = shellBlocks("README.md").find(([first]) => first === "daybook sinks check") ?? [];

it("README.md's commands for sinks run as they stand, with its own line for the lake", async () => {
  const rig = await e2eRig({ horizon: "3d", scenario: { eventsPerDay: 12 } });
  await rig.run("archive");
  const [lake = ""] = /^ {2}lake: .*$/m.exec(README) ?? [];
  rig.configure({ more: `${lake.replace("/srv/lake", join(rig.folder, "lake"))}\n` });

  const ran: (Ran & { readonly line: string })[] = [];
  for (const line of commands) {
    const [program, ...words] = line.split(" ");
    expect(program).toBe("daybook");
    ran.push({ line, ...(await rig.run(...words)) });
  }

  for (const one of ran) expect(one).toMatchObject({ exit: 0 });
  const said = (word: string) => ran.find(({ line }) => line.includes(word));
  expect(said("sinks check")?.out).toContain("ok     contoso sink lake: ready to be written");
  expect(said("sinks new")?.out).toContain("a store that works and passes its contract");
  expect(existsSync(join(rig.folder, "tape", "index.js"))).toBe(true);
  const files = readdirSync(join(rig.folder, "lake"), { recursive: true, encoding: "utf8" });
  expect(files.filter((name) => name.endsWith(".parquet"))).not.toEqual([]);
});
