import { execFileSync } from "node:child_process";
import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, describe, expect, it } from "vitest";
import { bashCompletion } from "../../scripts/docs/bash-completion.js";
import { COMMANDS } from "../../src/cli/commands.js";
import { shownOptions } from "../../src/cli/global-options.js";

const folder = mkdtempSync(join(tmpdir(), "daybook-completion-"));
const script = join(folder, "daybook");
writeFileSync(script, bashCompletion());

afterAll(() => rmSync(folder, { recursive: true }));

/** What bash would offer when the words have been typed so far; `=` is a word of its own to it. */
function offered(...words: readonly string[]): readonly string[] {
  // compopt answers only where a person types.
  const line = `compopt() { return 0; }; . "$0"; COMP_WORDS=("$@") COMP_CWORD=$(($# - 1))
    _daybook daybook "\${COMP_WORDS[COMP_CWORD]}" "" && printf '%s\\n' "\${COMPREPLY[@]}"`;
  const output = execFileSync("bash", ["-c", line, script, "daybook", ...words], { encoding: "utf8" });
  return output.split("\n").filter(Boolean);
}

describe("the completion in bash", () => {
  it("offers every command, and those below a group", () => {
    expect(offered("")).toEqual(expect.arrayContaining(["archive", "config", "verify", "--version"]));
    expect(offered("config", "")).toEqual(["check", "schema", "init", "--help"]);
    expect(offered("config", "s")).toEqual(["schema"]);
  });

  it.each(COMMANDS)("offers every option of $name", ({ name, options }) => {
    const names = shownOptions(options).map(({ flags }) => flags.replace(/^-., /, "").replace(/ .*/, ""));

    expect(offered(...name.split(" "), "--")).toEqual([...names, "--help"]);
  });

  it("offers the choices of an option, after a space and after an equals sign", () => {
    expect(offered("verify", "--level", "")).toEqual(["structure", "content", "deep"]);
    expect(offered("verify", "--level", "de")).toEqual(["deep"]);
    expect(offered("verify", "--level", "=")).toEqual(["structure", "content", "deep"]);
    expect(offered("verify", "--level", "=", "de")).toEqual(["deep"]);
  });

  it("offers no word where a file, a day or a name is to be typed", () => {
    expect(offered("run", "--config", "")).toEqual([]);
    expect(offered("coverage", "--day", "")).toEqual([]);
  });
});
