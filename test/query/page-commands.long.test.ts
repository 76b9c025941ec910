import { execFileSync } from "node:child_process";
import { existsSync, readdirSync } from "node:fs";
import { join } from "node:path";
import { expect, it } from "vitest";
import { e2eRig } from "../support/e2e-rig.js";
import { shellBlocks } from "../support/shell-blocks.js";

/** The words that a shell makes of a line. */
function wordsOf(line: string): readonly string[] {
  const words = execFileSync("bash", ["-c", `printf '%s\\0' ${line}`], { encoding: "utf8" });
  return words.split("\0").slice(0, -1);
}

it("every command of docs/QUERY.md answers", async () => {
  const rig = await e2eRig({ horizon: "3d" });
  await rig.run("archive");

  const ran = [];
  for (const line of shellBlocks("docs/QUERY.md").flat()) {
    const [program = "", ...words] = wordsOf(line.replace("/mnt/copy/contoso", rig.vault));
    const { exit, out, err } = await rig.run(...words);
    ran.push({ line, program, exit, said: `${out}${err}` });
  }

  for (const one of ran) expect(one).toMatchObject({ program: "daybook", exit: 0 });
  expect(ran[0]?.said).toContain("ViewReport");
  expect(ran[1]?.said).toContain("2026-11-20");
  for (const file of ["days.csv", "exports.csv"]) expect(existsSync(join(rig.folder, file))).toBe(true);
  expect(readdirSync(join(rig.folder, "reports"))).toContain("index.html");
});
