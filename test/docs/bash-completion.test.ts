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

/** What bash would offer after each of the lines, when these words have been typed; `=` is a word of its own to it. */
function offeredAfter(lines: readonly (readonly string[])[]): readonly (readonly string[])[] {
  // compopt answers only where a person types. One bash for all lines: each start of one costs more than the test.
  const program = `compopt() { return 0; }; . "$0"
    while [ $# -gt 0 ]; do
      COMP_WORDS=(daybook "\${@:2:$1}") COMP_CWORD=$1 COMPREPLY=(); shift $(($1 + 1))
      _daybook daybook "\${COMP_WORDS[COMP_CWORD]}" "" && printf '%s\\n' "\${COMPREPLY[@]}"
      echo ---
    done`;
  const words = lines.flatMap((line) => [String(line.length), ...line]);
  const output = execFileSync("bash", ["-c", program, script, ...words], { encoding: "utf8" });
  const offers = output.split("---\n").slice(0, -1);
  return offers.map((offer) => offer.split("\n").filter(Boolean));
}

function offered(...words: readonly string[]): readonly string[] {
  return offeredAfter([words])[0] ?? [];
}

describe("the completion in bash", () => {
  it("offers every command, and those below a group", () => {
    expect(offered("")).toEqual(expect.arrayContaining(["archive", "config", "verify", "--version"]));
    expect(offered("config", "")).toEqual(["check", "schema", "init", "--help"]);
    expect(offered("config", "s")).toEqual(["schema"]);
  });

  it("offers every option of every command", () => {
    const offers = offeredAfter(COMMANDS.map(({ name }) => [...name.split(" "), "--"]));
    const expected = COMMANDS.map(({ options }) => [
      ...shownOptions(options).map(({ flags }) => flags.replace(/^-., /, "").replace(/ .*/, "")),
      "--help",
    ]);

    expect(offers).toEqual(expected);
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
