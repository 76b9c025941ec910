import { execFileSync, spawnSync } from "node:child_process";
import { readFileSync } from "node:fs";
import { join } from "node:path";
import { expect, it } from "vitest";

const REPOSITORY = join(import.meta.dirname, "..", "..");

/** Every file of the repository that a shell of POSIX runs, by its first line. */
function shellScripts(): readonly string[] {
  const names = execFileSync("git", ["ls-files", "-z"], { cwd: REPOSITORY, encoding: "utf8" });
  return names
    .split("\0")
    .filter((name) => name !== "" && /^[^.]+$|\.sh$|^\.ci\//.test(name))
    .filter((name) => /^#!.*\b(?:ba)?sh\n/.test(readFileSync(join(REPOSITORY, name), "utf8")));
}

it("gives shellcheck nothing to say about any script of the repository", () => {
  const scripts = shellScripts();

  expect(scripts).toEqual(
    expect.arrayContaining([
      "docs/check-proof.sh",
      "scripts/entra-setup.sh",
      "scripts/release.sh",
      "systemd/deb/postinst",
    ]),
  );
  const { stdout, stderr } = spawnSync("shellcheck", scripts, { cwd: REPOSITORY, encoding: "utf8" });
  expect(`${stdout}${stderr}`).toBe("");
});
