import { execFileSync } from "node:child_process";
import { chmodSync, copyFileSync, mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { delimiter, join } from "node:path";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { buildDaybook } from "../support/e2e-build.js";
import type { BuiltDaybook } from "../support/e2e-build.js";

const folder = mkdtempSync(join(tmpdir(), "daybook-completion-"));
const env = { PATH: `${folder}${delimiter}${process.env["PATH"]}`, HOME: folder, LANG: "C.UTF-8" };

let built: BuiltDaybook | undefined;

beforeAll(async () => {
  built = await buildDaybook();
  writeFileSync(join(folder, "daybook.yaml"), "tenants: { contoso: {}, fabrikam: {} }\n");
  writeFileSync(join(folder, "daybook"), `#!/bin/sh\nexec ${process.execPath} ${built.main} "$@"\n`);
  chmodSync(join(folder, "daybook"), 0o755);
  copyFileSync("systemd/completion/daybook.zsh", join(folder, "_daybook"));
});

afterAll(async () => {
  await built?.remove();
  rmSync(folder, { recursive: true });
});

function printed(shell: string, ...argv: readonly string[]): readonly string[] {
  const output = execFileSync(shell, argv, { encoding: "utf8", env, cwd: folder });
  return output.split("\n").filter(Boolean);
}

function fishOffers(line: string): readonly string[] {
  return printed("fish", "--no-config", "-c", `daybook completion fish | source; complete -C '${line}'`);
}

/** What the function of an interactive zsh adds and asks for. */
function zshOffers(...words: readonly string[]): readonly string[] {
  return printed(
    "zsh",
    "-f",
    "-c",
    `fpath=(. $fpath); autoload -Uz _daybook; compdef() { }
      compadd() { shift; print -l -- "$@" }; _files() { print files }; compset() { print "prefix $2" }
      words=(daybook "$@") CURRENT=$(( $# + 1 )); _daybook`,
    "zsh",
    ...words,
  );
}

describe("the completion in fish", () => {
  it("offers commands, choices and the names of the configuration", () => {
    expect(fishOffers("daybook config ")).toEqual(
      expect.arrayContaining(["check", "schema", "init", "--help"]),
    );
    expect(fishOffers("daybook verify --level de")).toEqual(["deep"]);
    expect(fishOffers("daybook status --tenant f")).toEqual(["fabrikam"]);
  });

  it("offers files where a file is to be typed", () => {
    expect(fishOffers("daybook run --config dayb")).toEqual(expect.arrayContaining(["daybook.yaml"]));
  });
});

describe("the completion in zsh", () => {
  it("offers commands, choices and the names of the configuration", () => {
    expect(zshOffers("config", "")).toEqual(["check", "schema", "init", "--help"]);
    expect(zshOffers("verify", "--level", "de")).toEqual(["deep"]);
    expect(zshOffers("verify", "--level=de")).toEqual(["prefix *=", "deep"]);
    expect(zshOffers("status", "--tenant", "")).toEqual(["contoso", "fabrikam"]);
  });

  it("offers files where a file is to be typed, and nothing where nothing fits", () => {
    expect(zshOffers("run", "--config", "")).toEqual(["files"]);
    expect(zshOffers("coverage", "--day", "2")).toEqual([]);
  });

  it("is taken by an interactive shell that sources it", () => {
    expect(
      printed(
        "zsh",
        "-f",
        "-c",
        "autoload -Uz compinit; compinit -D -u; . <(daybook completion zsh); print $_comps[daybook]",
      ),
    ).toEqual(["_daybook"]);
  });
});
